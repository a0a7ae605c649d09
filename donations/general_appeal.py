"""What giving cannot be without, made again wherever it is missing: the general appeal and the charity's details."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings

GENERAL = {
    "title": "Send rescue, and stay for what comes after",
    "words": (
        "<p>Your gift goes where it is needed most: to finding people who are held in slavery and violence, to the day they "
        "walk free, and to the months of care, training and court hearings that follow.</p>"
    ),
}
GENERAL_TRANSLATIONS = {
    "es": {
        "title": "Envíe rescate, y quédese para lo que viene después",
        "words": (
            "<p>Su donativo va adonde más falta hace: a encontrar a quienes viven en esclavitud y violencia, al día en que "
            "salen libres, y a los meses de cuidado, formación y juicios que siguen.</p>"
        ),
    }
}
# What a sum helps with, in words that hold for any gift of that size: they promise no price.
IMPACTS = {
    "once": (
        (
            25,
            "Helps a survivor through the first days: food, clothes, a safe bed.",
            "Ayuda en los primeros días tras el rescate: comida, ropa, una cama segura.",
        ),
        (
            60,
            "Helps a counsellor sit with someone who is telling it for the first time.",
            "Ayuda a que una psicóloga acompañe a quien lo cuenta por primera vez.",
        ),
        (
            120,
            "Helps a lawyer prepare a case that a court will hear.",
            "Ayuda a una abogada a preparar un caso que un tribunal escuchará.",
        ),
        (
            250,
            "Helps a team follow up a report until everyone is out.",
            "Ayuda a un equipo a seguir una denuncia hasta que todas las personas estén fuera.",
        ),
    ),
    "monthly": (
        (
            10,
            "Every month, helps a family stay together and in school after rescue.",
            "Cada mes, ayuda a una familia a seguir unida y en la escuela.",
        ),
        (
            24,
            "Every month, helps keep a counsellor beside survivors until they are steady.",
            "Cada mes, ayuda a que una psicóloga siga junto a quienes sobrevivieron.",
        ),
        (
            50,
            "Every month, helps a survivor learn a trade and earn from it.",
            "Cada mes, ayuda a una persona sobreviviente a aprender un oficio y vivir de él.",
        ),
        (
            100,
            "Every month, helps a team answer the next report without waiting.",
            "Cada mes, ayuda a un equipo a responder a la próxima denuncia sin esperar.",
        ),
    ),
}


def _demo_details() -> dict[str, str]:
    """Return details that let the sandbox print its test receipts; a live charity enters its own."""
    if not settings.SANDBOX:
        return {}
    return {
        "address": "1 Morning Street\nLondon N1 1AA",
        "registration": "Demo charity 0000000, EIN 00-0000000, ABN 00 000 000 000, 000000000 RR 0000",
        "signatory": "A. Steward",
        "signatory_role": "Treasurer",
        "place_of_issue": "London",
    }


def ensure(sender: AppConfig, using: str = "default", **_more: Any) -> None:
    """Make the general appeal, its amounts and the charity's details where they are missing (after every migrate)."""
    if sender.label != "donations":
        return
    from donations.models import Appeal, AppealTranslation, CharityDetails, SuggestedAmount  # noqa: PLC0415  once the apps are ready
    from donations.models.appeals import GENERAL_SLUG  # noqa: PLC0415

    CharityDetails.objects.using(using).get_or_create(pk=1, defaults={"name": settings.CHARITY_NAME, **_demo_details()})
    appeal, made = Appeal.objects.using(using).get_or_create(slug=GENERAL_SLUG, defaults={**GENERAL, "published": True})
    if appeal.title == GENERAL["title"]:  # whoever changed the words translates their own
        for language, translated in GENERAL_TRANSLATIONS.items():
            AppealTranslation.objects.using(using).get_or_create(appeal=appeal, language=language, defaults=translated)
    if made:
        SuggestedAmount.objects.using(using).bulk_create(
            SuggestedAmount(
                appeal=appeal,
                frequency=frequency,
                currency=currency,
                amount=major * 100,
                impact=impact,
                impact_translations={"es": spanish},
                default=number == 1,
            )
            for frequency, rows in IMPACTS.items()
            for currency in ("GBP", "USD", "EUR")
            for number, (major, impact, spanish) in enumerate(rows)
        )
