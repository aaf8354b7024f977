/* SPDX-License-Identifier: MIT */
#include "../cells.h"
#include "observe.h"
#include "outcome.h"

static json_t *commands_json(const struct claim *claim)
{
	json_t *commands = json_array();
	char text[CLAIM_COMMAND_MAX];

	for (size_t k = 0; claim_command(claim, k, text); k++)
		json_array_append_new(commands, json_string(text));
	return commands;
}

static json_t *observations_json(const struct claim_observations *seen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < seen->count; i++) {
		const struct claim_observation *row = &seen->list[i];
		json_t *values = json_array();
		for (size_t k = 0; k < row->count; k++)
			json_array_append_new(values, json_real(row->values[k]));
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:o}", "arm", row->arm, "reads", row->reads,
				"unit", row->unit, "values", values));
	}
	return list;
}

static json_t *drops_json(const struct claim_observations *seen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < seen->drop_count; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:I, s:i, s:s}", "arm", seen->drops[i].arm, "trials",
				(json_int_t)seen->drops[i].trials, "of", (int)CLAIM_ROUNDS,
				"reason", seen->drops[i].reason));
	return list;
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *bound_json(double bound)
{
	return bound > 0 ? json_real(bound) : json_null();
}

static json_t *number_json(const struct claim_number *number)
{
	const struct claim_question *asked = number->question;

	return json_pack("{s:s, s:o, s:s, s:o, s:s, s:s, s:f, s:f, s:f, s:f, s:o, s:o, s:o}",
		"label", asked->label, "regime", text_or_null(asked->regime), "of", asked->of, "to",
		text_or_null(asked->to), "reads", asked->reads, "unit", number->unit, "value",
		number->value, "low", number->low, "high", number->high, "confidence",
		number->confidence, "above", bound_json(asked->above), "below",
		bound_json(asked->below), "answer",
		text_or_null(claim_answer_name(number->answer)));
}

static json_t *numbers_json(const struct claim_finding *finding)
{
	json_t *list = json_array();

	for (size_t i = 0; i < finding->number_count; i++)
		json_array_append_new(list, number_json(&finding->numbers[i]));
	return list;
}

static json_t *regimes_json(const struct claim_finding *finding)
{
	json_t *list = json_array();

	for (size_t i = 0; i < finding->regime_count; i++)
		json_array_append_new(list,
			json_pack("{s:o, s:o}", "regime", text_or_null(finding->regimes[i].name),
				"answer",
				text_or_null(claim_answer_name(finding->regimes[i].answer))));
	return list;
}

json_t *claim_json(const struct claim_outcome *outcome)
{
	const struct claim *claim = outcome->claim;
	const struct claim_finding *finding = &outcome->finding;
	const char *verdict = outcome->failed ? NULL : claim_verdict_name(finding->verdict);
	char told[256];

	claim_regimes(finding, told, sizeof told);
	json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:o, s:s}", "number", (int)claim->number,
		"name", claim->name, "title", claim->title, "hypothesis", claim->hypothesis,
		"commands", commands_json(claim), "why", claim->why);
	json_t *found = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f}", "status",
		outcome->failed            ? "failed"
			: outcome->not_run ? "unavailable"
					   : "ok",
		"reason", text_or_null(outcome->reason), "verdict", text_or_null(verdict),
		"depends_on",
		finding->verdict == CLAIM_DEPENDS && !outcome->failed
			? text_or_null(claim->depends_on)
			: json_null(),
		"told", text_or_null(outcome->failed ? NULL : told), "numbers",
		numbers_json(finding), "regimes", regimes_json(finding), "observations",
		observations_json(&outcome->seen), "dropped", drops_json(&outcome->seen),
		"elapsed_s", outcome->elapsed_s);
	json_object_update(json, found);
	json_decref(found);
	if (outcome->guessed)
		json_object_set_new(json, "guess", json_string(claim_verdict_name(outcome->guess)));
	return json;
}
