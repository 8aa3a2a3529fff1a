"""The domains that Fastmail gives addresses in. Below each, `word@jane.sent.com` is a spelling of `jane+word@sent.com`."""

_DOMAINS = """
    123mail.org 150mail.com 150ml.com 16mail.com 2-mail.com 4email.net 50mail.com airpost.net allmail.net bestmail.us
    cluemail.com elitemail.org emailcorner.net emailengine.net emailengine.org emailgroups.net emailplus.org
    emailuser.net eml.cc f-m.fm fast-email.com fast-mail.org fastem.com fastemail.us fastemailer.com fastest.cc
    fastimap.com fastmail.ca fastmail.cn fastmail.co.uk fastmail.com fastmail.com.au fastmail.de fastmail.es fastmail.fm
    fastmail.fr fastmail.im fastmail.in fastmail.jp fastmail.mx fastmail.net fastmail.nl fastmail.org fastmail.se
    fastmail.to fastmail.tw fastmail.uk fastmail.us fastmailbox.net fastmessaging.com fea.st fmail.co.uk fmailbox.com
    fmgirl.com fmguy.com ftml.net h-mail.us hailmail.net imap-mail.com imap.cc imapmail.org immerbox.com immermail.com
    inoutbox.com internet-e-mail.com internet-mail.org internetemails.net internetmailing.net jetemail.net justemail.net
    letterboxes.org lifetimeaddress.com mail-central.com mail-page.com mailas.com mailbolt.com mailc.net sent.com
    siempremail.com speedpost.net speedymail.org ssl-mail.com swift-mail.com the-fastest.net the-quickest.com
    theinternetemail.com veribox.net veryfast.biz warpmail.net xsmail.com yepmail.net your-mail.com
"""
FASTMAIL = frozenset(_DOMAINS.split())


def split_below(domain: str) -> tuple[str, str] | None:
    """`jane` and `sent.com` of anything below `jane.sent.com`, itself included; None for any other domain."""
    labels = domain.split(".")
    for number in range(1, len(labels)):
        if (known := ".".join(labels[number:])) in FASTMAIL:
            return labels[number - 1], known
    return None
