"""An Arabic text in the shape of a story's snapshot, for the right-to-left test page."""

from typing import Any

FILTERS = [("family", "الأسرة", 12, False), ("justice", "العدالة", 3, True), ("trafficking", "الاتجار بالبشر", 7, False)]

STORY: dict[str, Any] = {
    "title": "اللحظة التي نال فيها الصبي عناقه",
    "standfirst": "كان يجري تصوير فيلم، وكان صبي يريد أمه. وخلف العناق امرأة شهدت أمام المحكمة، وهي اليوم آمنة وتحلم بالمستقبل.",
    "byline": "يرويها محررونا",
    "language": "ar",
    "content_note": "تذكر هذه القصة عنفًا داخل الأسرة وقضية في المحكمة، من غير أن تصف العنف.",
    "place": None,
    "themes": [
        {"slug": "family", "name": "الأسرة", "translations": {}},
        {"slug": "justice", "name": "العدالة", "translations": {}},
    ],
    "lead": None,
    "lead_caption": "العناق الذي كان ينتظره.",
    "channels": ["web", "social", "ask"],
    "words": 180,
    "minutes": 2,
    "blocks": [
        {
            "kind": "text",
            "html": (
                "<p>في صناعة الأفلام انتظار كثير. تُنقل الأضواء، ويُعاد السؤال مرة ثانية، ويُطلب من الجميع أن يصمتوا. "
                "وفي يوم كهذا كان هناك صبي لا يعنيه شيء من ذلك كله، لأنه كان يريد أمه.</p>"
                "<h2>أمام المحكمة</h2>"
                "<p>وفّرت لهم <strong>IJM</strong> محامية ماهرة، ثم شهدت الأم أمام القاضي في 12 دقيقة غيّرت كل شيء. "
                'يمكنك أن تقرأ <a href="/stories/">قصصًا أخرى</a> على هذا الموقع.</p>'
                "<ul><li>سؤال يُطرح أول مرة</li><li>وجواب يُسمع أخيرًا</li></ul>"
            ),
        },
        {"kind": "picture", "caption": "لكي يُسمع صوتها كان عليها أن تقول ذلك أمام غرباء."},
        {"kind": "quote", "text": "من الصعب أن نحلم ما لم يهدأ الحاضر.", "attribution": "من القصة"},
        {
            "kind": "aside",
            "title": "لماذا تحتاج الشهادة إلى شجاعة",
            "html": "<p>كثيرًا ما تُقدَّم الشهادة بعد وقت طويل، أمام غرباء، وأكثر من مرة. والخوف يؤثر في الذاكرة.</p>",
        },
        {"kind": "clip"},
        {"kind": "link", "label": "اقرأ المزيد", "url": "https://www.ijm.org/", "title": "عن عملنا في العالم"},
    ],
}
