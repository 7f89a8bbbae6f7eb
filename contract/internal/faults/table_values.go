package faults

import (
	"encoding/json"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// texts edits the texts that a customer writes, wherever they are shown.
func texts(f func(string) string) kit.Mutator {
	return shown(kit.Change("firstname", kit.Mapped(f)), kit.Change("lastname", kit.Mapped(f)), kit.Change("language", kit.Mapped(f)))
}

// valueFaults are answers in which values are not what was written.
var valueFaults = []kit.Fault{
	kit.Row("birthday-shifted", "birthday comes back a day early", "users/read-back", shown(kit.Change("birthday", kit.Shifted(-1)))),
	kit.Row("birthday-year-two-digits", "years before 1950 come back a century later", "users/read-back", shown(kit.Change("birthday", birthdayYearTwoDigits))),
	kit.Row("lat-lon-swapped", "location.lat and lon change places", "users/read-back", shown(kit.In("location", latLonSwapped))),
	kit.Row("location-rounded", "location has two decimals", "users/read-back", shown(kit.In("location", kit.Change("lat", decimals(2)), kit.Change("lon", decimals(2))))),
	kit.Row("names-trimmed", "names lose spaces at their ends", "users/read-back", texts(strings.TrimSpace)),
	kit.Row("names-swapped", "firstname and lastname change places", "users/read-back", shown(namesSwapped)),
	kit.Row("names-capitalised", "names start with a capital", "users/read-back", texts(namesCapitalised)),
	kit.Row("names-cut-at-16", "names are cut after 16 bytes", "users/read-back", texts(namesCutAt16)),
	kit.Row("unicode-to-ascii", "characters outside ASCII become question marks", "users/read-back", texts(kit.AsciiOnly)),
	kit.Row("unicode-without-emoji", "characters beyond 16 bits become question marks", "users/read-back", texts(kit.WithoutAstral)),
	kit.Row("unicode-latin1-twice", "texts are encoded twice", "users/read-back", texts(unicodeLatin1Twice)),
	kit.Row("unicode-composed", "texts come back in another normal form", "users/read-back", texts(unicodeComposed)),
	kit.Row("unicode-zero-width-lost", "zero-width characters are lost", "users/read-back", texts(unicodeZeroWidthLost)),
	kit.Row("html-escaped", "texts come back escaped for HTML", "users/read-back", texts(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace)),
	kit.Row("quotes-doubled", "apostrophes come back doubled", "users/read-back", texts(func(s string) string { return strings.ReplaceAll(s, "'", "''") })),
	kit.Row("line-breaks-lost", "line breaks become spaces", "users/read-back", texts(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace)),
	kit.Row("language-lower-case", "language comes back in lower case", "users/read-back", shown(kit.Change("language", kit.Mapped(strings.ToLower)))),
	kit.Row("numbers-rounded", "height and weight lose their fractions", "users/read-back", shown(kit.Change("height", kit.Whole), kit.Change("weight", kit.Whole))),
	kit.Row("numbers-single-precision", "height and weight are kept in 32 bits", "users/read-back", shown(kit.Change("height", single), kit.Change("weight", single))),
	kit.Row("numbers-in-other-unit", "weight comes back in pounds", "users/read-back", shown(kit.Change("weight", numbersInOtherUnit))),
	kit.Row("thresholds-rounded", "thresholds lose their fractions", "users/read-back", shown(kit.In("thresholds", kit.Change("ftp", kit.Whole), kit.Change("lthr", kit.Whole), kit.Change("mhr", kit.Whole)))),
	kit.Row("thresholds-renamed", "lthr and mhr change places", "users/read-back", shown(kit.In("thresholds", thresholdsRenamed))),
	kit.Row("tz-offset-negated", "tz_offset has the other sign", "users/read-back", shown(kit.Change("tz_offset", kit.Times(-1)))),
	kit.Row("tz-offset-in-minutes", "tz_offset comes back in minutes", "users/read-back", shown(kit.Change("tz_offset", tzOffsetInMinutes))),
	kit.Row("tz-offset-never-negative", "tz_offset is never below 0", "users/read-back", shown(kit.Change("tz_offset", tzOffsetNeverNegative))),
	kit.Row("gender-always-other", "gender comes back as other", "users/read-back", shown(kit.Change("gender", func(string) any { return "other" }))),
	kit.Row("measurement-unit-always-metric", "measurement_unit comes back as metric", "users/read-back", shown(kit.Set("measurement_unit", "metric"))),
	kit.Row("coach-config-always-on", "coach_config.enabled comes back as true", "users/read-back", shown(kit.In("coach_config", kit.Change("enabled", func(bool) any { return true })))),
	kit.Row("coach-config-lost", "coach_config is not kept", "users/read-back", shown(kit.Drop("coach_config"))),
}

func birthdayYearTwoDigits(s string) any {
	if s < "1950" && len(s) == 10 {
		return "20" + s[2:]
	}
	return s
}

func latLonSwapped(o kit.Object) {
	lat, hasLat := o["lat"]
	lon, hasLon := o["lon"]
	if hasLat && hasLon {
		o["lat"], o["lon"] = lon, lat
	}
}

func namesSwapped(u kit.Object) {
	first, hasFirst := u["firstname"]
	last, hasLast := u["lastname"]
	if hasFirst && hasLast {
		u["firstname"], u["lastname"] = last, first
	}
}

func namesCapitalised(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func namesCutAt16(s string) string {
	if len(s) > 16 {
		return strings.ToValidUTF8(s[:16], "")
	}
	return s
}

func unicodeLatin1Twice(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func unicodeComposed(s string) string {
	if nfc := norm.NFC.String(s); nfc != s {
		return nfc
	}
	return norm.NFD.String(s)
}

func unicodeZeroWidthLost(s string) string {
	return strings.NewReplacer("\u200d", "", "\u200b", "", "\u200c", "", "\ufeff", "").Replace(s)
}

func numbersInOtherUnit(v json.Number) any {
	f, _ := v.Float64()
	return f * 2.2046226218
}

func thresholdsRenamed(o kit.Object) {
	l, hasL := o["lthr"]
	m, hasM := o["mhr"]
	delete(o, "lthr")
	delete(o, "mhr")
	if hasL {
		o["mhr"] = l
	}
	if hasM {
		o["lthr"] = m
	}
}

func tzOffsetInMinutes(v json.Number) any {
	i, _ := v.Int64()
	return i / 60
}

func tzOffsetNeverNegative(v json.Number) any {
	i, _ := v.Int64()
	return max(i, 0)
}

func decimals(n int) func(json.Number) any {
	return func(v json.Number) any {
		f, err := v.Float64()
		if err != nil {
			return v
		}
		return kit.Literal(kit.Fixed(f, n))
	}
}

func single(v json.Number) any {
	f, err := v.Float64()
	if err != nil {
		return v
	}
	return float64(float32(f))
}
