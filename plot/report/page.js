/* SPDX-License-Identifier: MIT */
'use strict';
/* What the page can do beyond being read: without this it is plain tables and links. */

/* What a cell of a table is sorted by; null where there is nothing. */
function sortKey(row, column, kind) {
	const cell = row.cells[column];
	if (kind === 'number')
		return cell.dataset.v === undefined ? null : Number(cell.dataset.v);
	return cell.textContent === '' ? null : cell.textContent;
}

/* What is missing comes last, whichever way one sorts. */
function compareKeys(a, b, sign) {
	if (a === null || b === null)
		return (a === null) - (b === null);
	return sign * (typeof a === 'number' ? a - b : a.localeCompare(b, 'en', { numeric: true }));
}

function sortTable(table, header) {
	const sign = header.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
	const body = table.tBodies[0];
	const rows = [...body.rows].map(row => [sortKey(row, header.cellIndex, header.dataset.sort), row]);
	for (const other of table.tHead.rows[0].cells)
		other.removeAttribute('aria-sort');
	header.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
	rows.sort((a, b) => compareKeys(a[0], b[0], sign));
	body.append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll('table.sortable')) {
	for (const header of table.tHead.rows[0].cells) {
		if (!header.dataset.sort)
			continue;
		const button = document.createElement('button');
		button.type = 'button';
		button.textContent = header.textContent;
		button.addEventListener('click', () => sortTable(table, header));
		header.replaceChildren(button);
	}
}

const filters = document.querySelector('.filters');
const cellRows = [...document.querySelector('table.cells').tBodies[0].rows];
const count = document.querySelector('.count');

function columnText(row, column) {
	return row.cells[column < 0 ? row.cells.length + column : column].textContent;
}

function filter() {
	const selects = [...filters.querySelectorAll('select')].filter(select => select.value !== '');
	const words = filters.querySelector('input').value.toLowerCase().split(/\s+/);
	let shown = 0;
	for (const row of cellRows) {
		const text = row.textContent.toLowerCase();
		row.hidden = !selects.every(select => columnText(row, Number(select.dataset.column)) === select.value) ||
			!words.every(word => text.includes(word));
		shown += !row.hidden;
	}
	count.textContent = `${shown} of ${cellRows.length} cells`;
}

for (const select of filters.querySelectorAll('select')) {
	const column = Number(select.dataset.column);
	const values = [...new Set(cellRows.map(row => columnText(row, column)))];
	if (column === 2)
		values.sort((a, b) => a - b);
	select.append(...values.map(value => new Option(value, value)));
}
filters.hidden = false;
filters.addEventListener('input', filter);
filters.addEventListener('submit', event => event.preventDefault());
filters.addEventListener('reset', () => setTimeout(filter));
filter();

/* A workload's link to the table shows its cells alone. */
for (const link of document.querySelectorAll('[data-workload]')) {
	link.addEventListener('click', () => {
		filters.reset();
		filters.querySelector('[data-column="0"]').value = link.dataset.workload;
		setTimeout(filter);
	});
}

/* The data as it was before gzip. */
async function unpack(link) {
	const packed = Uint8Array.from(atob(link.href.split(',')[1]), c => c.charCodeAt(0));
	const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
	return new Response(stream).blob();
}

async function download(link) {
	const plain = document.createElement('a');
	plain.href = URL.createObjectURL(await unpack(link));
	plain.download = link.download.replace(/\.gz$/, '');
	plain.click();
	setTimeout(() => URL.revokeObjectURL(plain.href), 60000);
}

if (typeof DecompressionStream === 'function') {
	for (const link of document.querySelectorAll('a.download')) {
		link.addEventListener('click', event => {
			event.preventDefault();
			download(link);
		});
	}
}

/* A box that scrolls is reached by keyboard; one that does not would only be a stop on the way. */
function markScrolling() {
	for (const box of document.querySelectorAll('.scroll')) {
		if (box.scrollWidth > box.clientWidth)
			box.tabIndex = 0;
		else
			box.removeAttribute('tabindex');
	}
}
addEventListener('resize', markScrolling);
markScrolling();
