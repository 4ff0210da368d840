"""Whose an avatar is and what it allows, as the file says it; VRM 0.x is told in the words of 1.0.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/meta.md
"""

from typing import Final

from avatar_live.avatar.document import Document, Part, decode
from avatar_live.avatar.glb import AvatarError
from avatar_live.avatar.model import Meta
from avatar_live.avatar.textures import TextureReader

_PERMISSIONS: Final = {
    "Everyone": "everyone",
    "ExplicitlyLicensedPerson": "onlySeparatelyLicensedPerson",
    "OnlyAuthor": "onlyAuthor",
}
_LICENSES: Final = {
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC_BY": "https://creativecommons.org/licenses/by/4.0/",
    "CC_BY_NC": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC_BY_SA": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC_BY_NC_SA": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC_BY_ND": "https://creativecommons.org/licenses/by-nd/4.0/",
    "CC_BY_NC_ND": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
}


class _Meta1(Part, frozen=True):
    """Be `meta` of VRMC_vrm."""

    name: str = ""
    version: str = ""
    authors: tuple[str, ...] = ()
    copyright_information: str = ""
    contact_information: str = ""
    references: tuple[str, ...] = ()
    third_party_licenses: str = ""
    thumbnail_image: int | None = None
    license_url: str = ""
    other_license_url: str = ""
    avatar_permission: str = "onlyAuthor"
    commercial_usage: str = "personalNonProfit"
    credit_notation: str = "required"
    modification: str = "prohibited"
    allow_redistribution: bool = False
    allow_excessively_violent_usage: bool = False
    allow_excessively_sexual_usage: bool = False
    allow_political_or_religious_usage: bool = False
    allow_antisocial_or_hate_usage: bool = False


class _Meta0(Part, frozen=True):
    """Be `meta` of VRM 0.x; "ussage" is that specification's own spelling."""

    title: str | None = None
    version: str | None = None
    author: str | None = None
    contact_information: str | None = None
    reference: str | None = None
    texture: int | None = None
    allowed_user_name: str | None = None
    violent_ussage_name: str | None = None
    sexual_ussage_name: str | None = None
    commercial_ussage_name: str | None = None
    other_permission_url: str | None = None
    license_name: str | None = None
    other_license_url: str | None = None


class _Vrm1(Part, frozen=True):
    meta: _Meta1 = _Meta1()


class _Vrm0(Part, frozen=True):
    meta: _Meta0 = _Meta0()


class _Extras(Part, frozen=True):
    """Be what Sketchfab writes beside a model."""

    title: str = ""
    author: str = ""
    license: str = ""
    source: str = ""


def terms_of(document: Document) -> Meta:
    """Return the words of a file about itself, without the thumbnail. Raises AvatarError."""
    if "VRMC_vrm" in document.extensions:
        return _terms(decode(document.extensions["VRMC_vrm"], _Vrm1).meta)
    if "VRM" in document.extensions:
        return _terms0(decode(document.extensions["VRM"], _Vrm0).meta)
    return _plain_terms(document)


def thumbnail_of(document: Document, textures: TextureReader) -> int | None:
    """Return the place of the avatar's portrait in `textures`; one that cannot be read is left out."""
    try:
        if "VRMC_vrm" in document.extensions:
            image = decode(document.extensions["VRMC_vrm"], _Vrm1).meta.thumbnail_image
            return None if image is None else textures.place_picture(image)
        if "VRM" in document.extensions:
            texture = decode(document.extensions["VRM"], _Vrm0).meta.texture
            return None if texture is None or texture < 0 else textures.place(texture)
    except AvatarError:
        return None
    return None


def _terms(meta: _Meta1) -> Meta:
    return Meta(
        name=meta.name,
        version=meta.version,
        authors=meta.authors,
        copyright_information=meta.copyright_information,
        contact_information=meta.contact_information,
        references=meta.references,
        third_party_licenses=meta.third_party_licenses,
        license_url=meta.license_url,
        other_license_url=meta.other_license_url,
        avatar_permission=meta.avatar_permission,
        commercial_usage=meta.commercial_usage,
        credit_notation=meta.credit_notation,
        modification=meta.modification,
        allow_redistribution=meta.allow_redistribution,
        allow_excessively_violent_usage=meta.allow_excessively_violent_usage,
        allow_excessively_sexual_usage=meta.allow_excessively_sexual_usage,
        allow_political_or_religious_usage=meta.allow_political_or_religious_usage,
        allow_antisocial_or_hate_usage=meta.allow_antisocial_or_hate_usage,
        vrm_version="1",
    )


def _terms0(meta: _Meta0) -> Meta:
    """Return a 0.x file's licence in 1.0's words: what 0.x leaves open is forbidden, what its licence says is kept.

    Of the Creative Commons licences, those with NC forbid commerce and those with ND changes, whatever the other
    fields say.
    """
    license_name = meta.license_name or ""
    is_open = license_name in _LICENSES
    others = dict.fromkeys(url for url in (meta.other_license_url, meta.other_permission_url) if url)
    may_earn = meta.commercial_ussage_name == "Allow" and "_NC" not in license_name
    may_change = is_open and "_ND" not in license_name
    return Meta(
        name=meta.title or "",
        version=meta.version or "",
        authors=(meta.author,) if meta.author else (),
        contact_information=meta.contact_information or "",
        references=(meta.reference,) if meta.reference else (),
        license_url=_LICENSES.get(license_name, meta.other_license_url or meta.other_permission_url or ""),
        other_license_url=", ".join(others),
        avatar_permission=_PERMISSIONS.get(meta.allowed_user_name or "", "onlyAuthor"),
        commercial_usage="personalProfit" if may_earn else "personalNonProfit",
        credit_notation="unnecessary" if license_name == "CC0" else "required",
        modification="allowModificationRedistribution" if may_change else "prohibited",
        allow_redistribution=is_open,
        allow_excessively_violent_usage=meta.violent_ussage_name == "Allow",
        allow_excessively_sexual_usage=meta.sexual_ussage_name == "Allow",
        vrm_version="0",
    )


def _plain_terms(document: Document) -> Meta:
    try:
        extras = decode(document.asset.extras, _Extras)
    except AvatarError:  # extras may hold anything
        extras = _Extras()
    return Meta(
        name=extras.title,
        authors=(extras.author,) if extras.author else (),
        copyright_information=document.asset.copyright,
        references=(extras.source,) if extras.source else (),
        third_party_licenses=extras.license,
    )
