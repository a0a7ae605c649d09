import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('safeguarding', '0002_initial'),
        ('stories', '0008_review'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Autosave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.TextField(blank=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'autosave',
                'verbose_name_plural': 'autosaves',
            },
        ),
        migrations.RemoveConstraint(
            model_name='picture',
            name='picture_has_words_or_is_decorative',
        ),
        migrations.AddField(
            model_name='clip',
            name='draft',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='without words yet'),
        ),
        migrations.AddField(
            model_name='picture',
            name='draft',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='without words yet'),
        ),
        migrations.AddConstraint(
            model_name='picture',
            constraint=models.CheckConstraint(condition=models.Q(('decorative', True), models.Q(('alt', ''), _negated=True), ('draft', True), _connector='OR'), name='picture_has_words_or_is_decorative', violation_error_message='Write the alternative text, or say that the picture is decorative.'),
        ),
        migrations.AddField(
            model_name='autosave',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='autosave',
            name='story',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='autosaves', to='stories.story', verbose_name='story'),
        ),
        migrations.AddIndex(
            model_name='autosave',
            index=models.Index(fields=['seen_at'], name='autosave_seen_at'),
        ),
        migrations.AddConstraint(
            model_name='autosave',
            constraint=models.UniqueConstraint(fields=('story', 'account'), name='autosave_one_slot'),
        ),
        migrations.AddConstraint(
            model_name='autosave',
            constraint=models.UniqueConstraint(condition=models.Q(('story', None)), fields=('account',), name='autosave_one_slot_without_story'),
        ),
    ]
