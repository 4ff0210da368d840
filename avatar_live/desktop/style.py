"""The window's colours, the same as the viewer page's, and its style sheet."""

from typing import Final

GROUND: Final = "#0b0a12"
PANEL: Final = "#14131f"
RAISED: Final = "#1e1c2e"
RAISED_MORE: Final = "#2a2740"
LINE: Final = "#262338"
TEXT: Final = "#f5f3ff"
SOFT: Final = "#aaa5c4"
FAINT: Final = "#6f6a8c"
PINK: Final = "#ff4d8d"
VIOLET: Final = "#8b6bff"
GOOD: Final = "#4fe3a1"
FAIR: Final = "#ffc857"
BAD: Final = "#ff5a62"
ACCENT: Final = "qlineargradient(x1:0, y1:0, x2:1, y2:1, stop:0 #f23d80, stop:1 #7c4dff)"
ACCENT_LIGHT: Final = "qlineargradient(x1:0, y1:0, x2:1, y2:1, stop:0 #ff5c99, stop:1 #926bff)"

SHEET: Final = f"""
* {{ color: {TEXT}; font-family: "Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans"; font-size: 13px; }}
QWidget#window {{ background: {GROUND}; }}
QFrame#card {{ background: {PANEL}; border: 1px solid {LINE}; border-radius: 14px; }}
QLabel#heading {{ color: {SOFT}; font-size: 11px; font-weight: 600; letter-spacing: 1px; }}
QLabel#soft, QLabel#count_name {{ color: {SOFT}; }}
QLabel#count_name {{ font-size: 11px; }}
QLabel#count {{ font-size: 22px; font-weight: 700; }}
QLabel#link {{ font-size: 14px; font-weight: 600; }}
QLabel#notice {{
  background: #33270f; border: 1px solid #6b5220; border-radius: 10px; color: {FAIR}; padding: 9px 12px;
}}
QLabel#field {{ color: {SOFT}; font-size: 12px; }}
QLineEdit, QComboBox, QSpinBox {{
  background: {RAISED}; border: 1px solid {LINE}; border-radius: 9px; padding: 0 12px; min-height: 34px;
  selection-background-color: {VIOLET};
}}
QComboBox {{ padding-right: 0; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus {{ border-color: {VIOLET}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {FAINT}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{
  background: {RAISED}; border: 1px solid {RAISED_MORE}; border-radius: 9px; padding: 5px; outline: none;
  selection-background-color: {RAISED_MORE}; selection-color: {TEXT};
}}
QComboBox QAbstractItemView::item {{ min-height: 30px; padding: 0 8px; border-radius: 6px; }}
QPushButton {{
  background: {RAISED}; border: 1px solid {LINE}; border-radius: 9px;
  padding: 0 14px; min-height: 34px; font-weight: 600;
}}
QPushButton:hover {{ background: {RAISED_MORE}; }}
QPushButton:focus {{ border-color: {VIOLET}; }}
QPushButton:disabled {{ color: {FAINT}; background: {RAISED}; }}
QPushButton#primary {{ background: {ACCENT}; border: 1px solid transparent; }}
QPushButton#primary:hover {{ background: {ACCENT_LIGHT}; }}
QPushButton#primary:disabled {{ background: {RAISED_MORE}; color: {SOFT}; }}
QPushButton#live, QPushButton#panic {{ min-height: 42px; font-size: 15px; border-radius: 11px; min-width: 96px; }}
QPushButton#live {{ background: {ACCENT}; border: 1px solid transparent; }}
QPushButton#live:hover {{ background: {ACCENT_LIGHT}; }}
QPushButton#live:disabled {{ background: {RAISED_MORE}; color: {SOFT}; }}
QPushButton#live[isLive="true"] {{ background: {RAISED}; border: 1px solid {BAD}; color: {BAD}; }}
QPushButton#live[isLive="true"]:hover {{ background: #35181f; }}
QPushButton#panic {{ border: 1px solid {FAIR}; color: {FAIR}; background: transparent; }}
QPushButton#panic:hover {{ background: #2b2314; }}
QPushButton#panic:checked {{ background: {FAIR}; color: #1d1503; }}
QPushButton#small {{ min-height: 26px; max-height: 26px; padding: 0 10px; font-size: 12px; }}
QPushButton#small:checked {{ border-color: {BAD}; color: {BAD}; background: #35181f; }}
QFrame#waiting {{ background: #211c12; border: 1px solid #4d3d1c; border-radius: 10px; }}
QFrame#waiting QLabel {{ background: transparent; }}
QPushButton#yes, QPushButton#no {{
  min-height: 26px; max-height: 26px; min-width: 30px; max-width: 30px; padding: 0; font-size: 14px;
}}
QPushButton#yes {{ color: {GOOD}; }}
QPushButton#no {{ color: {BAD}; }}
QFrame#chat_line {{ border-radius: 6px; }}
QFrame#chat_line:hover {{ background: {RAISED}; }}
QMenu {{ background: {RAISED}; border: 1px solid {RAISED_MORE}; border-radius: 9px; padding: 5px; }}
QMenu::item {{ padding: 7px 26px 7px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {RAISED_MORE}; }}
QMenu::item:checked {{ color: {GOOD}; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 5px 8px; }}
QPushButton#remove {{
  min-height: 22px; max-height: 22px; min-width: 22px; max-width: 22px; padding: 0; border: none;
  background: transparent; color: {FAINT}; font-size: 15px;
}}
QPushButton#remove:hover {{ color: {TEXT}; }}
QPushButton#record {{
  min-height: 42px; max-height: 42px; min-width: 42px; max-width: 42px; border-radius: 22px; padding: 0;
  color: {BAD}; background: transparent; font-size: 20px;
}}
QPushButton#record:hover {{ background: #35181f; }}
QPushButton#record:checked {{ background: {BAD}; border-color: {BAD}; color: {TEXT}; }}
QFrame#over {{ background: {PANEL}; border: 1px solid {RAISED_MORE}; border-radius: 14px; }}
QFrame#over QLabel {{ background: transparent; }}
QPushButton#switch {{
  min-height: 22px; max-height: 22px; min-width: 24px; max-width: 24px; padding: 0; border-radius: 6px;
  color: {SOFT}; font-size: 13px;
}}
QPushButton#switch:checked {{ background: #2d2358; border-color: {VIOLET}; color: {TEXT}; }}
QPushButton#mute {{ padding: 0 6px; }}
QPushButton#mute:checked {{ background: #35181f; border-color: {BAD}; color: {BAD}; }}
QSlider {{ background: transparent; min-height: 22px; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {RAISED_MORE}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {ACCENT}; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: {TEXT}; }}
QSlider::handle:horizontal:hover {{ background: {PINK}; }}
QPushButton#director {{ text-align: left; font-weight: 400; }}
QPushButton#director:checked {{ background: #2d2358; border-color: {VIOLET}; }}
QPushButton#switch:focus, QPushButton#director:focus {{ border-color: {TEXT}; }}
QListWidget {{ background: transparent; border: none; outline: none; }}
QListWidget::item {{ padding: 0; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {RAISED_MORE}; border-radius: 4px; min-height: 30px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ background: none; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QMessageBox, QDialog {{ background: {PANEL}; }}
QToolTip {{ background: {RAISED_MORE}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px 8px; }}
"""
