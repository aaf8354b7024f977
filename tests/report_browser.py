# SPDX-License-Identifier: MIT
# A page of `concbench report` in headless Chromium: PAGE RESULTS.json AXE.js FOLDER.
# All that is wrong is told at the end, one line each; status 1 then.
import json
import pathlib
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

page, results, axe, folder = map(pathlib.Path, sys.argv[1:])
faults = []


def check(good, what):
	if not good:
		faults.append(what)


def start():
	options = webdriver.ChromeOptions()
	options.binary_location = "/usr/bin/chromium"
	for word in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run",
			"disable-background-networking", "disable-component-update", f"user-data-dir={folder}/profile"):
		options.add_argument("--" + word)
	options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
	options.add_experimental_option("prefs", {"download.default_directory": str(folder / "downloads")})
	return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def run(script, *arguments):
	return driver.execute_script(script, *arguments)


def screen(width, dark):
	driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
		{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600})
	driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
		{"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})


def shown():
	return run("""return [...document.querySelectorAll('table.cells tbody tr')].filter(row => row.offsetParent)
		.map(row => [...row.cells].map(cell => cell.dataset.v ? Number(cell.dataset.v) : cell.textContent))""")


def header(name):
	return run("""return [...document.querySelectorAll('table.cells thead th')]
		.find(th => th.textContent === arguments[0])""", name)


def check_sorting():
	own = header("Throughput (/s)")
	column = run("return arguments[0].cellIndex", own)
	button = own.find_element(By.TAG_NAME, "button")
	for direction, sign in (("ascending", 1), ("descending", -1)):
		button.send_keys(Keys.ENTER) # as a click is
		values = [row[column] for row in shown()]
		numbers = [value for value in values if value != ""]
		check(own.get_attribute("aria-sort") == direction, f"aria-sort is not {direction}")
		check(numbers == sorted(numbers, key=lambda value: sign * value) and len(numbers) > 20,
			f"not sorted, {direction}")
		check(values[:len(numbers)] == numbers, "what is missing is not last")
	header("Model").find_element(By.TAG_NAME, "button").click()
	models = [row[1] for row in shown()]
	check(models == sorted(models), "not sorted by model")
	check(own.get_attribute("aria-sort") is None, "two columns are sorted")


def count():
	return driver.find_element(By.CSS_SELECTOR, ".count").text


def check_filters(cells):
	all_of_them = f"{len(cells)} of {len(cells)} cells"
	check(count() == all_of_them, f"{count()}, not {all_of_them}")
	form = driver.find_element(By.CSS_SELECTOR, ".filters")
	workload = form.find_element(By.CSS_SELECTOR, "[data-column='0']")
	workload.send_keys("sleep")
	expected = len([cell for cell in cells if cell["workload"] == "sleep"])
	check(len(shown()) == expected and {row[0] for row in shown()} == {"sleep"}, "not the cells of sleep")
	form.find_element(By.TAG_NAME, "input").send_keys("COROUTINE ok")
	rows = shown()
	check(rows and all("coroutine" in row[1] and row[-1] == "ok" for row in rows) and len(rows) < expected,
		"not the cells with the words")
	check(count() == f"{len(rows)} of {len(cells)} cells", f"the count is {count()}")
	form.find_element(By.TAG_NAME, "button").click()
	time.sleep(0.05)
	check(count() == all_of_them, "Show all does not show all")
	run("document.querySelector('#workload-2 [data-workload]').click()")
	time.sleep(0.05)
	check(0 < len(shown()) < len(cells) and len({row[0] for row in shown()}) == 1, "the link shows more")
	form.find_element(By.TAG_NAME, "button").click()
	time.sleep(0.05)


def check_keyboard():
	driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
	check(run("return document.activeElement.className") == "skip", "Tab does not begin with the skip link")
	outline = run("return getComputedStyle(document.activeElement).outlineStyle")
	check(outline == "solid", f"the focus is shown by {outline}")
	driver.switch_to.active_element.send_keys(Keys.ENTER)
	check(run("return document.activeElement.id") == "main", "the skip link leads elsewhere")


def check_width(width):
	wide = run("""return [document.documentElement.scrollWidth, [...document.querySelectorAll('main *')]
		.filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 1)
		.map(e => e.tagName + '.' + e.className)]""")
	check(wide[0] <= width and not wide[1], f"at {width} px the page is {wide[0]} wide: {wide[1][:5]}")


# The texts of pictures against what is behind them, by WCAG's formula; axe does not look at those.
contrast_script = """
const luminance = color => {
	const [r, g, b] = color.match(/[0-9.]+/g).slice(0, 3).map(Number)
		.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const paper = luminance(getComputedStyle(document.body).backgroundColor);
const worst = [...document.querySelectorAll('figure text')].map(text => luminance(getComputedStyle(text).fill))
	.map(ink => (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05));
return [worst.length, Math.min(...worst), paper];
"""


def check_contrast(dark):
	texts, least, paper = run(contrast_script)
	check(texts > 100, f"only {texts} texts in pictures")
	check(least >= 4.5, f"a text of a picture has a contrast of {least:.2f}, dark: {dark}")
	check((paper < 0.05) == dark, f"the page is not {'dark' if dark else 'light'}")


def check_axe(where):
	found = driver.execute_async_script("""const done = arguments[arguments.length - 1];
		axe.run(document, {resultTypes: ['violations']}).then(found => done([found.passes.length,
			found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' | ')}`)]),
			error => done([0, [String(error)]]))""")
	check(found[0] > 20, f"axe-core ran only {found[0]} rules")
	for violation in found[1]:
		check(False, f"axe-core, {where}: {violation}")


def check_download():
	driver.find_element(By.CSS_SELECTOR, "a.download").click()
	file = folder / "downloads" / results.name
	for _ in range(100):
		if file.exists():
			break
		time.sleep(0.05)
	check(file.exists() and json.loads(file.read_text()) == json.loads(results.read_text()),
		"the download is not the results")


driver = start()
try:
	driver.set_script_timeout(60)
	screen(1280, dark=False)
	driver.get(page.resolve().as_uri())
	check_keyboard()
	check_sorting()
	check_filters(json.loads(results.read_text())["cells"])
	check_download()
	run(axe.read_text())
	check_contrast(dark=False)
	check_axe("light")
	screen(360, dark=True)
	run("window.dispatchEvent(new Event('resize'))")
	check_contrast(dark=True)
	check_width(360)
	check_axe("dark, 360 px")
	check(run("return performance.getEntriesByType('resource').length") == 0, "it loads something")
	for line in driver.get_log("browser"):
		check(False, f"console: {line['message']}")
finally:
	driver.quit()
print("\n".join(faults))
sys.exit(1 if faults else 0)
