from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stories", "0003_preparation")]

    operations = [
        migrations.AddField("picture", "share_bytes", models.PositiveIntegerField(default=0, editable=False)),
    ]
