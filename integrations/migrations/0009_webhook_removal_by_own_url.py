from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0008_full_comparison_after_a_hold")]
    operations = [
        migrations.AddField(
            model_name="webhookremoval",
            name="own_url",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="webhookremoval",
            name="spared",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="webhookremoval",
            name="remote_id",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
