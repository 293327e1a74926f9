"""The corpus of real packages: check them, draw findings for review, measure the precision.

    corpus.py run RUBRIC                    check every package with the given program, keep the reports
    corpus.py sample --count 40 --seed 1    print findings that nobody has reviewed yet, with their code
    corpus.py accuracy                      print the precision from reviewed.jsonl

A review is one line of reviewed.jsonl: package, version, path, line, rule, verdict, why. The verdict is "right",
"noisy" or "arguable". A package's own code is never kept there.
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

    print_keys("right findings that no longer occur", [key for key, verdict in verdicts
                                                        if verdict == "right" and key not in findings])
    print_keys("noisy findings that are gone", [key for key, verdict in verdicts
                                                if verdict == "noisy" and key not in findings])
    print_keys("noisy findings that still occur", [key for key, verdict in current if verdict == "noisy"])


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
    arguments = parser.parse_args()
    if arguments.command == "run":
        run(arguments.program)
    elif arguments.command == "sample":
        sample(arguments.count, arguments.seed, arguments.package)
    else:
        accuracy()


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        # `head` has seen enough; without this, closing the standard output would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
