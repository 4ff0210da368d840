"""The licence of everything that the programs in this folder make; `assets/LICENSE.md` tells it to people."""

from .gltf_file import Json


def licence(name: str) -> Json:
    """Let anyone use, change, sell and pass on the character without a word; assets/LICENSE.md says the same."""
    return {
        "name": name,
        "version": "1.0",
        "authors": ["avatar_live"],
        "copyrightInformation": "avatar_live",
        "licenseUrl": "https://vrm.dev/licenses/1.0/",
        "avatarPermission": "everyone",
        "commercialUsage": "corporation",
        "creditNotation": "unnecessary",
        "allowRedistribution": True,
        "modification": "allowModificationRedistribution",
        "allowExcessivelyViolentUsage": False,
        "allowExcessivelySexualUsage": False,
        "allowPoliticalOrReligiousUsage": False,
        "allowAntisocialOrHateUsage": False,
    }
