"""An independent reading of price lists: prints one line a rate, `rateCode|sku|begin|end|unit|price|currency`, sorted.

It shares nothing with the product: Python's json and csv, whole files in memory, Decimal.
"""
import csv
import json
import sys
from decimal import Decimal


def number(text):
    value = Decimal(text)
    return format(value.normalize(), "f") if value else "0"


def offer(document):
    for skus in document["terms"].values():
        for sku, terms in skus.items():
            for term in terms.values():
                for rate in term["priceDimensions"].values():
                    for currency, price in rate["pricePerUnit"].items():
                        yield rate["rateCode"], sku, rate.get("beginRange", "0"), rate.get("endRange", "Inf"), rate["unit"], price, currency


def plan(document):
    for term in document["terms"]["savingsPlan"]:
        for rate in term["rates"]:
            yield (rate["rateCode"], rate["discountedSku"], "0", "Inf", rate.get("unit", ""), rate["discountedRate"]["price"],
                   rate["discountedRate"].get("currency", "USD"))


def metered(document):
    seen = {}
    for place, entries in document["regions"].items():
        for entry in entries.values():
            seen[place, entry["rateCode"]] = entry["price"]
    for (_, code), price in seen.items():
        yield code, code.split(".")[0], "0", "Inf", "", price, document["manifest"]["currencyCode"]


def rows(path):
    lines = list(csv.reader(open(path, encoding="utf-8", newline=""), skipinitialspace=True))
    head = next(index for index, line in enumerate(lines) if "SKU" in line and "RateCode" in line)
    for line in lines[head + 1:]:
        if len(line) < 2:
            continue
        row = dict(zip(lines[head], line))
        if "DiscountedSKU" in row:
            yield row["RateCode"], row["DiscountedSKU"], "0", "Inf", row["Unit"], row["DiscountedRate"], row["Currency"]
        else:
            code = row["SKU"] + "." + row["OfferTermCode"] + "." + row["RateCode"].split(".")[-1]
            yield code, row["SKU"], row["StartingRange"] or "0", row["EndingRange"] or "Inf", row["Unit"], row["PricePerUnit"], row["Currency"]


path = sys.argv[1]
if path.endswith(".csv"):
    found = rows(path)
else:
    document = json.load(open(path, encoding="utf-8"))
    found = metered(document) if "manifest" in document else offer(document) if isinstance(document["products"], dict) else plan(document)
lines = sorted("|".join([code, sku, begin, end, unit, number(price), currency]) for code, sku, begin, end, unit, price, currency in found)
print("\n".join(lines))
