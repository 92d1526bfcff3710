from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0006_people_imported_before")]
    operations = [
        migrations.AddField(
            model_name="webhookremoval",
            name="remote_id",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="webhookremoval",
            name="token_ciphertext",
            field=models.TextField(blank=True),
        ),
    ]
