"""The guard of giving: tries, and the switch of its challenge."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GivingTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("address", models.CharField(max_length=32)),
                ("network", models.CharField(max_length=32)),
                ("email", models.CharField(max_length=32)),
                ("let_through", models.BooleanField(default=True)),
                ("refused_because", models.CharField(blank=True, max_length=12)),
                ("hasty", models.BooleanField(default=False)),
                ("by_waiting", models.BooleanField(default=False)),
                ("spent", models.CharField(max_length=64, null=True, unique=True)),
            ],
            options={
                "verbose_name": "try to give",
                "verbose_name_plural": "tries to give",
            },
        ),
        migrations.CreateModel(
            name="GuardSwitch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mode",
                    models.CharField(
                        choices=[("automatic", "When tries or declines spike"), ("on", "Always"), ("off", "Never")],
                        default="automatic",
                        max_length=9,
                        verbose_name="challenge",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
            ],
            options={
                "verbose_name": "challenge switch",
                "verbose_name_plural": "challenge switch",
            },
        ),
        migrations.AddIndex(
            model_name="givingtry",
            index=models.Index(fields=["-at"], name="try_newest"),
        ),
        migrations.AddIndex(
            model_name="givingtry",
            index=models.Index(condition=models.Q(("let_through", True)), fields=["address", "-at"], name="try_of_address"),
        ),
        migrations.AddIndex(
            model_name="givingtry",
            index=models.Index(condition=models.Q(("let_through", True)), fields=["network", "-at"], name="try_of_network"),
        ),
        migrations.AddIndex(
            model_name="givingtry",
            index=models.Index(condition=models.Q(("let_through", True)), fields=["email", "-at"], name="try_of_email"),
        ),
        migrations.AddIndex(
            model_name="givingtry",
            index=models.Index(
                condition=models.Q(("by_waiting", True), ("let_through", True)), fields=["-at"], name="try_by_waiting"
            ),
        ),
        migrations.AddField(
            model_name="guardswitch",
            name="by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="guardswitch",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="guard_switch_is_one_row"),
        ),
    ]
