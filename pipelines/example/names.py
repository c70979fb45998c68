"""Invented names: places that are on no map, so that no real body seems to be scored."""

FIRST = "岚澄沐溪青云芷霁苍翠瑶璟澜泓汐霖岑峤嵘崧柏槐榆桉枫荻菖蘅芫蔚"
SECOND = "河川原野陵阜津浦洲屿湾渡桥关岭坡谷泉塘湖沛淀汀沣源墟林园田麓"
THIRD = "东西南北上下新古前后左右长宁安和平昌盛丰泰康庆嘉祥瑞福寿永恒"
STRIDE = 7919

KINDS = {
    "portal": ["门户网站"],
    "department": ["教育网", "财政网", "民政网", "水务网", "统计网", "卫生网", "交通网", "住建网", "农业网", "文化网"],
    "vertical": ["税务网", "气象网", "海关网", "地震网", "邮政网"],
    "township": ["乡镇网", "街道网"],
    "party": ["纪检监察网", "政法综治网", "组织工作网", "宣传工作网", "统一战线网"],
}


def place_name(number: int) -> str:
    """The name of the numbered invented place; 27,000 differ, then they are counted."""
    base = len(FIRST)
    mixed = number * STRIDE % base**3
    name = FIRST[mixed % base] + SECOND[mixed // base % base] + THIRD[mixed // base**2]
    turn = number // base**3
    return name if turn == 0 else f"{name}{turn + 1}"


def site_names(roles: list[str], first_place: int = 0) -> tuple[list[str], list[str]]:
    """Names of sites and of the bodies that run them, one for each role in the order given."""
    places = [place_name(first_place + number) for number in range(len(roles))]
    kinds = [KINDS[role][number % len(KINDS[role])] for number, role in enumerate(roles)]
    sites = [f"{place}{kind}（示例）" for place, kind in zip(places, kinds, strict=True)]
    return sites, [f"{place}示例单位" for place in places]
