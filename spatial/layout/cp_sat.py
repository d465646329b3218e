"""The only module that imports OR-Tools CP-SAT.

In: a formulation.  Out: an outcome.
Deterministic: one worker, a fixed seed, and a limit on deterministic time instead of wall time.
"""

import math

from ortools.sat.python import cp_model

from spatial.layout.constraints.linear import Kind, Linear, Rule
from spatial.layout.solver_model import IMPOSSIBLE, UNDECIDED, Formulation, Outcome, separations

PRECISION = 1000
"""Fractional coefficients are kept to a thousandth: far finer than the margins that they express."""


def run(formulation: Formulation, seed: int, effort: float) -> Outcome:
    """Solve within `effort` deterministic seconds."""
    built = _Builder(formulation)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = effort
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    status = solver.solve(built.model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {key: solver.value(variable) for key, variable in built.variables.items()}
    return IMPOSSIBLE if status == cp_model.INFEASIBLE else UNDECIDED


class _Builder:
    """Builds a CP-SAT model from a formulation."""

    def __init__(self, formulation: Formulation) -> None:
        self.model = cp_model.CpModel()
        self.variables = {
            key: self.model.new_int_var(least, most, f"{key[0]}{key[1]}")
            for key, (least, most) in formulation.ranges.items()
        }
        self.longest = max((most for _, most in formulation.ranges.values()), default=0)
        for rule in formulation.rules:
            self._add_rule(rule)
        self._add_no_overlap(formulation.apart)
        self._add_objective(formulation)

    def _add_rule(self, rule: Rule) -> None:
        if len(rule) == 1:
            for linear in rule[0]:
                self.model.add(self._to_inequality(linear))
            return
        chosen = [self.model.new_bool_var("") for _ in rule]
        self.model.add_bool_or(chosen)
        for literal, option in zip(chosen, rule, strict=True):
            for linear in option:
                self.model.add(self._to_inequality(linear)).only_enforce_if(literal)

    def _to_inequality(self, linear: Linear) -> cp_model.BoundedLinearExpression | bool:
        whole = all(float(c).is_integer() for c, _, _ in linear.terms)
        scale = 1 if whole else PRECISION
        left = sum(round(c * scale) * self.variables[kind, i] for c, kind, i in linear.terms if c)
        return left <= math.floor(linear.bound * scale + 1e-9)

    def _add_no_overlap(self, pairs: frozenset[tuple[int, int]]) -> None:
        """One global constraint over a large clique of objects that are all apart, literals for the other pairs."""
        clique = _clique(pairs)
        if len(clique) > 2:
            self.model.add_no_overlap_2d(
                [self._new_interval("x", "w", i) for i in clique], [self._new_interval("y", "h", i) for i in clique]
            )
        inside = set(clique) if len(clique) > 2 else set()
        for i, j in sorted(pairs):
            if not {i, j} <= inside:
                self._add_rule(separations(i, j))

    def _new_interval(self, low: Kind, extent: Kind, i: int) -> cp_model.IntervalVar:
        start, size = self.variables[low, i], self.variables[extent, i]
        end = self.model.new_int_var(0, self.longest, "")
        return self.model.new_interval_var(start, size, end, "")

    def _add_objective(self, formulation: Formulation) -> None:
        cost = []
        moved: dict[int, cp_model.IntVar] = {}
        for pull in formulation.pulls:
            least, most = formulation.ranges[pull.key]
            reach = max(abs(pull.target - least), abs(pull.target - most))
            away = self.model.new_int_var(0, reach, "")
            self.model.add_abs_equality(away, self.variables[pull.key] - pull.target)
            cost.append(pull.weight * away)
            if formulation.keep_cost:
                literal = moved.setdefault(pull.key[1], self.model.new_bool_var(""))
                self.model.add(away == 0).only_enforce_if(~literal)
        cost += [formulation.keep_cost * literal for literal in moved.values()]
        if cost:
            self.model.minimize(sum(cost))


def _clique(pairs: frozenset[tuple[int, int]]) -> list[int]:
    """Objects that are all apart from each other, greedily: those with most partners first."""
    partners: dict[int, set[int]] = {}
    for i, j in pairs:
        partners.setdefault(i, set()).add(j)
        partners.setdefault(j, set()).add(i)
    chosen: list[int] = []
    for i in sorted(partners, key=lambda k: (-len(partners[k]), k)):
        if all(j in partners[i] for j in chosen):
            chosen.append(i)
    return sorted(chosen)
