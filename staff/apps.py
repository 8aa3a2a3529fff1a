from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, post_migrate, post_save, pre_save


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "sign-in"

    def ready(self) -> None:
        from django.contrib.auth.models import User

        from staff import account_changes, sign_in_signals
        from staff.roles import make_roles
        from staff.sign_in_guard import install_triggers

        post_migrate.connect(make_roles, sender=self, dispatch_uid="roles")
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="sign-in triggers")
        user_logged_in.connect(sign_in_signals.signed_in, dispatch_uid="signed in")
        user_login_failed.connect(sign_in_signals.failed, dispatch_uid="sign-in failed")
        user_logged_out.connect(sign_in_signals.signed_out, dispatch_uid="signed out")
        pre_save.connect(account_changes.remember, sender=User, dispatch_uid="account before")
        post_save.connect(account_changes.follow, sender=User, dispatch_uid="account changed")
        m2m_changed.connect(account_changes.follow_roles, sender=User.groups.through, dispatch_uid="roles changed")
