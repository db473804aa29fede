"""The blocks that the body of a page is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]


class PictureBlock(blocks.StructBlock):
    """A picture with its caption; the credit comes from the picture itself."""

    picture = ImageChooserBlock(label=_("Picture"))
    alternative = blocks.CharBlock(
        label=_("Alternative text"),
        max_length=200,
        required=False,
        help_text=_("Only where it should differ from the picture's own."),
    )
    caption = blocks.CharBlock(label=_("Caption"), max_length=250, required=False)

    class Meta:
        icon = "image"
        label = _("Picture")


class QuoteBlock(blocks.StructBlock):
    """Somebody's words and who said them."""

    text = blocks.TextBlock(label=_("Words"))
    source = blocks.CharBlock(label=_("Said by"), max_length=120, required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")


class LinkBlock(blocks.StructBlock):
    """A link on a line of its own."""

    text = blocks.CharBlock(label=_("Text"), max_length=200)
    address = blocks.URLBlock(label=_("Address"))

    class Meta:
        icon = "link"
        label = _("Link")


class BodyBlock(blocks.StreamBlock):
    """What all page types share as their body."""

    paragraph = blocks.RichTextBlock(label=_("Text"), features=FEATURES)
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, icon="title")
    picture = PictureBlock()
    quote = QuoteBlock()
    link = LinkBlock()
    document = DocumentChooserBlock(label=_("Document"))

    class Meta:
        required = False
