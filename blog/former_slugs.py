"""An article's former slugs, which redirect to the current one."""

from .models import Article, FormerSlug


def keep_former_slug(article: Article) -> None:
    """Call this after an article was saved. It keeps a slug that visitors could have seen, unless another article has it."""
    FormerSlug.objects.filter(slug=article.slug).delete()
    records = article.history.exclude(slug=article.slug).filter(is_draft=False)
    for slug in set(records.values_list("slug", flat=True)):
        if not Article.objects.filter(slug=slug).exists():
            FormerSlug.objects.update_or_create(slug=slug, defaults={"article": article})
