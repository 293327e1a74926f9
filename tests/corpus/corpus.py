"""The corpus of real packages: check them, draw findings for review, measure the precision.

    corpus.py run RUBRIC                    check every package with the given program, keep the reports
    corpus.py sample --count 40 --seed 1    print findings that nobody has reviewed yet, with their code
    corpus.py accuracy                      print precision and recall, and write them to rules/accuracy.toml
    corpus.py misses                        print what readers raised and the checker does not

A review is one line of reviewed.jsonl: package, version, path, line, rule, verdict, why. The verdict is "right",
"noisy" or "arguable". read_modules.jsonl lists modules that somebody read in full without knowing what the checker
says, a line each, and what they would raise in a review: the lines on which a finding may stand, rule, severity, why.
A package's own code is never kept in either.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
REPORTS = CORPUS / "reports"
REVIEWED = pathlib.Path(__file__).with_name("reviewed.jsonl")
READ_MODULES = pathlib.Path(__file__).with_name("read_modules.jsonl")
PUBLISHED = ROOT / "rules" / "accuracy.toml"
# How far from what a reader named a finding may stand: a decorator, the head of the function, the next statement.
NEAR = 2
VERDICTS = ("right", "noisy", "arguable")
CODE_LINES = 12


def packages():
    """The unpacked packages as (folder, name, version)."""
    for folder in sorted(CORPUS.glob("*-*")):
        if folder.is_dir() and not folder.name.endswith(".part"):
            name, version = folder.name.rsplit("-", 1)
            yield folder, name, version


def rule_order(rule):
    return "CFIO".index(rule[0]), int(rule[1:])


def identity(package, version, path, line, rule):
    return package, version, path, int(line), rule


def run(program):
    REPORTS.mkdir(parents=True, exist_ok=True)
    counts, rows, problems = {}, [], []
    for folder, name, version in packages():
        started = time.perf_counter()
        done = subprocess.run([program, "check", folder, "--format", "json"], stdout=subprocess.PIPE, check=False)
        seconds = time.perf_counter() - started
        if done.returncode not in (0, 1):
            sys.exit(f"{program} failed on {name} with exit status {done.returncode}")
        (REPORTS / f"{folder.name}.json").write_bytes(done.stdout)
        report = json.loads(done.stdout)
        findings = [finding for finding in report["findings"] if finding["certainty"] != "question"]
        counts[name] = collections.Counter(finding["rule"] for finding in findings)
        questions = len(report["findings"]) - len(findings)
        lines = sum(file["lines"] for file in report["files"])
        rows.append((name, version, len(report["files"]), lines, seconds, len(findings), questions,
                     len(report["problems"])))
        problems += [(name, problem) for problem in report["problems"]]
    if not rows:
        sys.exit("the corpus is empty: run 'make corpus'")

    print(f"{'package':<16}{'version':>9}{'files':>8}{'lines':>9}{'seconds':>9}{'findings':>10}{'questions':>11}"
          f"{'problems':>10}")
    for name, version, files, lines, seconds, findings, questions, troubles in rows:
        print(f"{name:<16}{version:>9}{files:>8}{lines:>9}{seconds:>9.2f}{findings:>10}{questions:>11}{troubles:>10}")
    print("\nfindings a rule")
    print("    " + "".join(f"{name:>16}" for name in counts) + f"{'all':>8}")
    for rule in sorted(set().union(*counts.values()), key=rule_order):
        numbers = [counter[rule] for counter in counts.values()]
        print(f"{rule:<4}" + "".join(f"{number:>16}" for number in numbers) + f"{sum(numbers):>8}")
    if problems:
        print("\nproblems")
        for name, problem in problems[:40]:
            print(f"  {name} {problem['path']}:{problem['range']['start']['line']}: {problem['message']}")
        if len(problems) > 40:
            print(f"  and {len(problems) - 40} more")


def reported():
    """All findings that the last run reported, without the questions: identity to finding and folder."""
    found = {}
    for folder, name, version in packages():
        file = REPORTS / f"{folder.name}.json"
        if not file.exists():
            sys.exit(f"{name} was not checked yet: run 'make corpus'")
        for finding in json.loads(file.read_text(encoding="utf-8"))["findings"]:
            if finding["certainty"] != "question":
                key = identity(name, version, finding["path"], finding["range"]["start"]["line"], finding["rule"])
                found.setdefault(key, (finding, folder))
    if not found:
        sys.exit("no findings: run 'make corpus'")
    return found


def reviews():
    read, seen = [], {}
    for number, line in enumerate(REVIEWED.read_text(encoding="utf-8").splitlines(), 1):
        place = f"{REVIEWED.name}:{number}"
        try:
            review = json.loads(line)
            key = identity(*(review[name] for name in ("package", "version", "path", "line", "rule")))
            verdict, why = review["verdict"], review["why"]
        except (ValueError, KeyError, TypeError) as error:
            sys.exit(f"{place}: not a review: {error!r}")
        if verdict not in VERDICTS:
            sys.exit(f"{place}: the verdict must be one of {', '.join(VERDICTS)}")
        if not why:
            sys.exit(f"{place}: a verdict needs its reason in 'why'")
        if key in seen:
            sys.exit(f"{place}: the same finding is reviewed on line {seen[key]}")
        seen[key] = number
        read.append((key, verdict))
    return read


def sample(count, seed, only):
    """Draws in turn from every rule, so that rare rules are reviewed as well as common ones."""
    known = {key for key, _ in reviews()}
    by_rule = collections.defaultdict(list)
    findings = reported()
    for key in sorted(findings):
        if key not in known and (not only or key[0] in only):
            by_rule[key[4]].append(key)
    generator = random.Random(seed)
    for keys in by_rule.values():
        generator.shuffle(keys)
    drawn = []
    while len(drawn) < count and any(by_rule.values()):
        for rule in sorted(by_rule, key=rule_order):
            if by_rule[rule] and len(drawn) < count:
                drawn.append(by_rule[rule].pop())
    for number, key in enumerate(drawn, 1):
        finding, folder = findings[key]
        show(number, len(drawn), key, finding, folder)


def show(number, total, key, finding, folder):
    package, version, path, line, rule = key
    print("=" * 100)
    print(f"{number} of {total}  {rule} {finding['severity']} {finding['certainty']}  {package} {version}")
    print(f"{path}:{line}  in {finding['symbol'] or 'the module'}")
    print(f"  {finding['message']}")
    for evidence in finding["because"]:
        print(f"  because {evidence['path']}:{evidence['range']['start']['line']}: {evidence['note']}")
        if (evidence["path"], evidence["range"]["start"]["line"]) != (path, line):
            print_code(folder, evidence["path"], evidence["range"]["start"]["line"], 1)
    print(f"  conforming: {finding['conforming']}")
    print()
    print_code(folder, path, line, CODE_LINES)
    review = {"package": package, "version": version, "path": path, "line": line, "rule": rule, "verdict": "", "why": ""}
    print(f"\n{json.dumps(review)}\n")


def print_code(folder, path, line, around):
    # Lines as Python's tokenizer counts them: str.splitlines would also split at form feeds and others.
    text = (folder / path).read_text(encoding="utf-8", errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number in range(max(1, line - around), min(len(lines), line + around) + 1):
        mark = ">" if number == line else " "
        print(f"  {mark}{number:>6} | {lines[number - 1]}")


def accuracy():
    verdicts = reviews()
    if not verdicts:
        sys.exit("reviewed.jsonl is empty: review what 'make sample' draws")
    findings = reported()
    rules = sorted({key[4] for key, _ in verdicts}, key=rule_order)

    # What no longer occurs says nothing about the checker of today.
    current = [(key, verdict) for key, verdict in verdicts if key in findings]
    print("precision over the reviewed findings that still occur; 'lenient' takes arguable ones as right, 'strict' as\n"
          "noisy, 'decided' leaves them out\n")
    print(f"{'rule':<6}{'right':>7}{'noisy':>7}{'arguable':>10}{'decided':>10}{'strict':>9}{'lenient':>9}{'gone':>7}")
    for rule in [*rules, "all"]:
        mine = [verdict for key, verdict in current if rule in ("all", key[4])]
        gone = sum(1 for key, _ in verdicts if rule in ("all", key[4]) and key not in findings)
        right, noisy, arguable = (mine.count(verdict) for verdict in VERDICTS)
        print(f"{rule:<6}{right:>7}{noisy:>7}{arguable:>10}{share(right, right + noisy):>10}"
              f"{share(right, len(mine)):>9}{share(right + arguable, len(mine)):>9}{gone:>7}")

    publish(current, recall())
    print_keys("right findings that no longer occur", [key for key, verdict in verdicts
                                                        if verdict == "right" and key not in findings])
    print_keys("noisy findings that are gone", [key for key, verdict in verdicts
                                                if verdict == "noisy" and key not in findings])
    print_keys("noisy findings that still occur", [key for key, verdict in current if verdict == "noisy"])


def raised():
    """What the readers of whole modules would raise, each with whether the checker says it: a finding, a question or
    nothing. A finding that stands for several places says it of those as well."""
    reports = {(name, version): folder for folder, name, version in packages()}
    said = {}
    for number, line in enumerate(READ_MODULES.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            package = entry["package"], entry["version"]
            if "lines" in entry:
                continue
            first, last, rule, path = entry["line"] - NEAR, entry["end_line"] + NEAR, entry["rule"], entry["path"]
        except (ValueError, KeyError, TypeError) as error:
            sys.exit(f"{READ_MODULES.name}:{number}: not what a reader raised: {error!r}")
        if package not in reports:
            sys.exit(f"{READ_MODULES.name}:{number}: {package[0]} is not in the corpus: run 'make corpus'")
        if package not in said:
            file = REPORTS / f"{reports[package].name}.json"
            if not file.exists():
                sys.exit(f"{package[0]} was not checked yet: run 'make corpus'")
            said[package] = json.loads(file.read_text(encoding="utf-8"))["findings"]
        found = set()
        for finding in said[package]:
            if finding["rule"] != rule:
                continue
            places = [finding, *finding["because"]]
            if any(place["path"] == path and place["range"]["start"]["line"] <= last
                   and first <= place["range"]["end"]["line"] for place in places):
                found.add("question" if finding["certainty"] == "question" else "found")
        yield entry, "found" if "found" in found else "question" if found else "missed"


def recall():
    counts = collections.defaultdict(collections.Counter)
    for entry, outcome in raised():
        for rule in (entry["rule"], "all", entry["severity"]):
            counts[rule][outcome] += 1
    modules = sum('"lines"' in line for line in READ_MODULES.read_text(encoding="utf-8").splitlines())
    print(f"\nrecall over {modules} modules that were read in full; a question is no finding\n")
    print(f"{'rule':<8}{'raised':>8}{'found':>8}{'asked':>8}{'missed':>8}{'recall':>9}")
    rules = sorted((rule for rule in counts if rule[1:].isdigit()), key=rule_order)
    for rule in [*rules, "high", "medium", "low", "all"]:
        mine = counts[rule]
        total = mine.total()
        print(f"{rule:<8}{total:>8}{mine['found']:>8}{mine['question']:>8}{mine['missed']:>8}"
              f"{share(mine['found'], total):>9}")
    return counts


def publish(current, counts):
    """What a rule's page says of its accuracy."""
    lines = ["# How right each rule is on real packages: written by `make accuracy`, explained in docs/accuracy.md.",
             "# right, noisy, arguable: findings read one by one that still occur; raised, found: what readers of whole",
             "# modules would raise, and how much of it the checker says."]
    for rule in sorted({key[4] for key, _ in current} | {rule for rule in counts if rule[1:].isdigit()}, key=rule_order):
        mine = [verdict for key, verdict in current if key[4] == rule]
        right, noisy, arguable = (mine.count(verdict) for verdict in VERDICTS)
        lines += ["", f"[{rule}]", f"right = {right}", f"noisy = {noisy}", f"arguable = {arguable}",
                  f"raised = {counts[rule].total()}", f"found = {counts[rule]['found']}"]
    PUBLISHED.write_text("\n".join(lines) + "\n", encoding="utf-8")


def misses():
    for entry, outcome in raised():
        if outcome != "found":
            print(f"{entry['rule']:<4}{entry['severity']:<7}{'asked ' if outcome == 'question' else ''}"
                  f"{entry['package']} {entry['path']}:{entry['line']} {entry['why']}")


def share(part, whole):
    return f"{part / whole:.3f}" if whole else "-"


def print_keys(title, keys):
    print(f"\n{title}: {len(keys)}")
    for package, version, path, line, rule in sorted(keys):
        print(f"  {rule} {package} {version} {path}:{line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("program")
    drawing = commands.add_parser("sample")
    drawing.add_argument("--count", type=int, default=40)
    drawing.add_argument("--seed", type=int, default=1)
    drawing.add_argument("--package", action="append", default=[], help="draw from this package alone; may be repeated")
    commands.add_parser("accuracy")
    commands.add_parser("misses")
    arguments = parser.parse_args()
    if arguments.command == "run":
        run(arguments.program)
    elif arguments.command == "sample":
        sample(arguments.count, arguments.seed, arguments.package)
    elif arguments.command == "misses":
        misses()
    else:
        accuracy()


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        # `head` has seen enough; without this, closing the standard output would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
