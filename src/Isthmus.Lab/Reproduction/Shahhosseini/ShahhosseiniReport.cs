using System.Collections.Immutable;
using Isthmus.Lab.Reporting;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>The result in words, tables and charts.</summary>
internal static class ShahhosseiniReport
{
    private static readonly (string Method, string Colour)[] Colours =
    [
        (ShahhosseiniCase.DeviceOnly, "#868e96"), (ShahhosseiniCase.EdgeOnly, "#e8590c"), (ShahhosseiniCase.CloudOnly, "#1971c2"), (ShahhosseiniCase.NoModelSelection, "#a61e4d"),
        (ShahhosseiniCase.NoOffloading, "#5c940d"), (ShahhosseiniLearners.Q, "#e03131"), (ShahhosseiniLearners.DeepJoint, "#f08c00"), (ShahhosseiniLearners.DeepPerUser, "#0c8599"), (ShahhosseiniLearners.DeepCounting, "#66a80f"),
        (ShahhosseiniLearners.QFromMin, "#ffa8a8"), (ShahhosseiniLearners.DeepFromMin, "#66d9e8"),
        (ShahhosseiniLearners.Bandit, "#2f9e44"), (ShahhosseiniLearners.Isthmus, "#7048a8"), (ShahhosseiniCase.Optimum, "#212529"),
    ];

    private static readonly string[] RaceColours = ["#1971c2", "#e8590c", "#2f9e44", "#7048a8"];

    /// <summary>The sections, what came out first.</summary>
    public static ImmutableArray<ReportSection> Of(ShahhosseiniResult result) =>
    [
        Outcome(result),
        .. result.Worlds.Select(w => Divided(result, w)),
        Steps(result),
        .. result.Races.Select(Race),
        Rail(result),
        Recovery(result),
        Live(result.Live),
        Predicted(result.Live),
        Crowds(result),
        Joint(result),
        .. result.Worlds.Select(w => Users(result, w)),
        .. result.Worlds.Select(w => Cases(result, w)),
        Setting(result),
    ];

    private static ReportSection Outcome(ShahhosseiniResult result) => new("What came out")
    {
        Text =
        [
            $"{result.MostUsers} users, all links regular. Each cell is the mean response time over users in milliseconds, and below which mean accuracy (in %) it comes. The first three always use the most accurate variant; \"no model selection\" is the best that offloading alone can do with it, "
            + "\"no offloading\" the best that choosing the variant alone can do; \"optimum\" is the best of all joint actions of the paper. Learners stand with what they hold to be best at the end of a run.",
        ],
        Tables = [.. result.Worlds.Select(w => Thresholds(result, w, result.MostUsers, "A"))],
    };

    private static ReportTable Thresholds(ShahhosseiniResult result, ShahhosseiniWorld world, int users, string scenario)
    {
        ShahhosseiniCase[] cases = [.. result.At(world.Name, users, scenario)];
        string[] methods = [.. cases.SelectMany(c => c.Outcomes.Select(o => o.Method)).Distinct()];
        return new(
            $"{world.Name}: {users} user{(users == 1 ? "" : "s")}, scenario {scenario}; thresholds of mean accuracy", ["<method", .. cases.Select(c => Threshold(world, c.Threshold))],
            [.. methods.Select(m => ((ImmutableArray<string>)[m, .. cases.Select(c => Cell(c.Of(m)))], m == ShahhosseiniLearners.Isthmus))]);
    }

    private static string Threshold(ShahhosseiniWorld world, string name) => world.Goals.First(g => g.Name == name).Goal.MinMean is { } mean && name is not ("Min" or "Max") ? $"{mean * 100:0.##} %" : name;

    private static string Cell(ShahhosseiniOutcome? outcome) => outcome is null ? "" : outcome.MeanMs is { } ms ? $"{Ms(ms)} ({outcome.MeanAccuracy * 100:0.0})" : "none";

    private static ReportSection Divided(ShahhosseiniResult result, ShahhosseiniWorld world)
    {
        ShahhosseiniCase[] cases = [.. result.At(world.Name, result.MostUsers, "A")];
        return new($"{world.Name}: where the gain comes from")
        {
            Text =
            [
                $"Against the most accurate variant on every user's own device, {result.MostUsers} users with regular links. Choosing the place and choosing the variant each share what they save together, as the mean of what each adds first and adds last. "
                + "Everything is at its optimum, so no learner's skill is in it. Last column: what the paper compares with, an offloader without model selection.",
            ],
            Tables =
            [
                new(
                    "", ["threshold", "all on the device", "place chosen", "variant chosen", "both", "saved by place", "saved by variant", "below offloading alone", "accuracy lost"],
                    [.. cases.Select(c => (Case: c, Gain: ShahhosseiniGain.Of(c))).Where(c => c.Gain is not null).Select(c => ((ImmutableArray<string>)
                        [
                            Threshold(world, c.Case.Threshold), Ms(c.Gain!.FixedMs), Ms(c.Gain.PlacementMs), Ms(c.Gain.ModelsMs), Ms(c.Gain.BothMs), Ms(c.Gain.PlacementShareMs), Ms(c.Gain.ModelsShareMs),
                            $"{c.Gain.OverPlacement * 100:0.0} %", $"{Math.Max(0, world.Ladder.Max(v => v.Accuracy) - c.Case.Of(ShahhosseiniCase.Optimum)!.MeanAccuracy!.Value) * 100:0.00}",
                        ], c.Case.Threshold == "89"))]),
            ],
        };
    }

    private static ReportSection Steps(ShahhosseiniResult result)
    {
        ShahhosseiniCase[] learned = [.. result.Cases.Where(c => c.Outcomes.Any(o => o.Runs is not null))];
        return new("How fast learners learn")
        {
            Text =
            [
                "A step is one joint action: every user sends one request. Steps until what the learner holds to be best was, and stayed, within 1 % of the optimum under the true times, with the threshold kept; the median of the runs, and how many of them got there. Learners \"from an agent of Min\" begin with what one learned that had no threshold (the paper's transfer); that agent's steps are not counted.",
            ],
            Tables =
            [
                new(
                    "", ["<world", "users", "<scenario", "<threshold", "<learner", "steps", "runs that got there", "optimal at the end", "mean ms", "optimum"],
                    [.. learned.SelectMany(c => c.Outcomes.Where(o => o.Runs is not null).Select(o => ((ImmutableArray<string>)
                        [
                            c.World, $"{c.Users}", c.Scenario, c.Threshold, o.Method, o.Steps is { } steps ? $"{steps:#,0}" : $"over {o.Budget:#,0}", $"{o.Converged} of {o.Runs}", $"{o.Optimal * 100:0} %", Ms(o.MeanMs),
                            Ms(c.Of(ShahhosseiniCase.Optimum)?.MeanMs),
                        ], o.Method == ShahhosseiniLearners.Isthmus)))]),
            ],
        };
    }

    private static ReportSection Race(LearningRace race) => new($"{race.World}: learning curves, {race.Users} user{(race.Users == 1 ? "" : "s")}, scenario {race.Scenario}, threshold {race.Threshold}")
    {
        Text = ["What each learner holds to be best, over the optimum, under the true times; a decision that misses the threshold counts as three times the optimum. Each learner's run of median speed."],
        Lines =
        [
            new("Mean response time over the optimum's", "steps", "×", [.. race.Curves.Select(c => new LineSeries(c.Learner, Colour(c.Learner), c.Points, AsMarks: false, c.Learner == ShahhosseiniLearners.Isthmus))]) { HasLinearY = true },
        ],
    };

    private static ReportSection Rail(ShahhosseiniResult result) => new("What users live through meanwhile")
    {
        Text =
        [
            $"{result.Rail[0].World}, {result.MostUsers} users, links regular, threshold 89: the first {result.Rail[0].Steps:#,0} steps of each learner, with the guard rail between it and the users and without. Expected times, in the true model: over all steps, beside the optimum; the worst request beside the most accurate variant on the own device; "
            + $"the share of requests beyond {1 + RailStudy.Bound:0.##} times that; the share of steps that miss the threshold; and what the learner holds to be best at the end.",
        ],
        Tables =
        [
            new(
                "", ["<learner", "<guard rail", "all steps over the optimum", "worst request", "beyond the bound", "steps that miss the threshold", "at the end over the optimum"],
                [.. result.Rail.Select(r => ((ImmutableArray<string>)
                    [
                        r.Learner, r.Guarded ? "yes" : "no", $"{r.OverOptimum:0.00} ×", $"{r.WorstOverDevice:0.00} ×", $"{r.BeyondBound * 100:0.0} %", $"{r.Missed * 100:0.0} %", r.EndOverOptimum is { } end ? $"{end:0.00} ×" : "misses it",
                    ], r is { Guarded: true, Learner: ShahhosseiniLearners.Isthmus }))]),
        ],
    };

    private static ReportSection Recovery(ShahhosseiniResult result) => new("When the world changes")
    {
        Text =
        [
            $"{result.Worlds[^1].Name}, {RecoveryStudy.Users} users, threshold 89: learned on regular links from knowing nothing; then all links become weak, which monitors report; then the cloud takes three times as long, which nobody reports. Steps until what the learner holds to be best is within 1 % of the new optimum, and stays so.",
        ],
        Tables =
        [
            new(
                "", ["<learner", "from nothing", "links weak, reported", "cloud slower, unreported"],
                [.. result.Recovery.Select(r => ((ImmutableArray<string>)[r.Learner, Steps(r.First, r.Budget), Steps(r.Told, r.Budget), Steps(r.Untold, r.Budget)], r.Learner == ShahhosseiniLearners.Isthmus))]),
        ],
    };

    private static string Steps(long? steps, int budget) => steps is { } s ? $"{s:#,0}" : $"over {budget:#,0}";

    private static ReportSection Live(LiveStudy live) => new($"Live: {live.Users} real user processes, an edge and a cloud")
    {
        Text =
        [
            $"Every user is a process that runs the product's pipeline, every node an `isthmus serve`, every transfer real; {live.WeakUsers} of the users on a weak link. Isthmus learned on these processes from knowing nothing, and may choose every variant everywhere; the deep Q-network was trained in the simulation first, since it needs thousands of steps. "
            + "Then each method's decision is carried out in turn, round by round; decisions that are equal share their rounds. Milliseconds with 95 % intervals from the scatter of the rounds; accuracy by the ladder, and the share of the requests sent here that were answered rightly.",
        ],
        Lines =
        [
            new("Mean response time of each step while Isthmus learned, from knowing nothing", "step", "ms",
                [.. live.Learned.GroupBy(l => l.Threshold).Select((g, i) => new LineSeries($"threshold {g.Key}", RaceColours[i % RaceColours.Length], [.. g.Where(l => double.IsFinite(l.Ms)).Select(l => ((double)l.Step, l.Ms))]))]) { HasLinearX = true, HasLinearY = true },
        ],
        Tables =
        [
            new(
                "", ["<threshold", "<method", "predicted ms", "measured ms", "95 %", "accuracy", "right", "lost", "<decision"],
                [.. live.Rows.Select(r => ((ImmutableArray<string>)
                    [r.Threshold, r.Method, Ms(r.PredictedMs), Ms(r.MeasuredMs), $"{Ms(r.LowMs)}…{Ms(r.HighMs)}", $"{r.MeanAccuracy * 100:0.00} %", $"{r.Right * 100:0.0} %", $"{r.Lost} of {r.Requests}", r.Decision], r.Method == ShahhosseiniLearners.Isthmus))]),
        ],
    };

    private static ReportSection Predicted(LiveStudy live) => new("How well the simulation predicts the live run")
    {
        Text =
        [
            "Errors as shares of what was measured: half of the predictions are no further off than the median, nine in ten no further than the next column."
            + (live.Comparison.JointOrder is { } order ? $" Of joint actions, Kendall's τ between predicted and measured order is {order:0.00}." : "")
            + (live.Comparison.ChoosingLoses is { } loses ? $" The joint action that is predicted to be the fastest is {loses * 100:0.0} % slower than the fastest that was measured." : ""),
        ],
        Tables =
        [
            new(
                "", ["<what", "predictions", "median", "nine in ten", "largest", "bias"],
                [.. new[] { ("each action alone", live.Comparison.ActionErrors), ("users sharing a node", live.Comparison.SharingErrors), ("joint actions", live.Comparison.JointErrors) }.Where(e => e.Item2 is not null).Select(e => ((ImmutableArray<string>)
                    [e.Item1, $"{e.Item2!.Count}", $"{e.Item2.Median * 100:0.0} %", $"{e.Item2.P90 * 100:0.0} %", $"{e.Item2.Largest * 100:0.0} %", $"{e.Item2.Bias * 100:+0.0;−0.0;0.0} %"], false))]),
            new(
                "Users sharing a node, and joint actions", ["<what", "users", "predicted ms", "measured ms", "error"],
                [.. live.Comparison.Sharing.Concat(live.Comparison.Joint).Select(t => ((ImmutableArray<string>)[t.Name, $"{t.Sharing}", Ms(t.PredictedMs), Ms(t.MeasuredMs), $"{t.Error * 100:+0.0;−0.0;0.0} %"], false))]),
        ],
    };

    private static ReportSection Crowds(ShahhosseiniResult result) => new("Hundreds of users whose requests come when they come")
    {
        Text =
        [
            "The published figures, every variant everywhere, a mean accuracy of 85 % wanted; half a request a second of each user, at random or in bursts; a quarter of the links weak; the edge serves one request at a time for each 50 users without loss, the cloud one for each 25, beyond that all at once and slower. "
            + "\"All at once\" is what is best if all users always send at the same time, as in the paper's epochs. Isthmus learns how nodes are shared from the mean times of each second. Same arrivals for all. `isthmus lab users` runs it for other numbers.",
        ],
        Tables =
        [
            .. result.Crowds.GroupBy(c => (c.Users, c.Bursts)).Select(g => new ReportTable(
                $"{g.Key.Users} users, {(g.Key.Bursts ? "in bursts" : "at random")}", ["<method", "mean ms", "p50", "p95", "p99", "slowest user", "Jain", "accuracy", "device", "edge", "cloud", "answered", "lost", "ms to decide"],
                [.. g.Select(c => ((ImmutableArray<string>)
                    [
                        c.Row.Method, Ms(c.Row.MeanMs), Ms(c.Row.P50Ms), Ms(c.Row.P95Ms), Ms(c.Row.P99Ms), Ms(c.Row.SlowestUserMs), $"{c.Row.Jain:0.00}", $"{c.Row.MeanAccuracy * 100:0.0} %", $"{c.Row.Device * 100:0} %",
                        $"{c.Row.Edge * 100:0} %", $"{c.Row.Cloud * 100:0} %", $"{(double)c.Row.Answered / c.Row.Requests * 100:0.0} %", $"{c.Row.Lost:#,0}", $"{c.Row.DecideMs:0.00}",
                    ], c.Row.Method == "Isthmus, knowing nothing"))])),
        ],
    };

    private static ReportSection Joint(ShahhosseiniResult result) => new("Beyond the paper: what each freedom adds, for users who differ")
    {
        Text =
        [
            JointStudy.Text + " Menus come from the common planner on the measured profile; decisions are the exact optimum for the profile's times. Each row may choose what the one before may, and more; the first is the most accurate network whole on some node, from the picture as it is or a sane JPEG. "
            + (result.JointLabelled ? "Accuracy is top-1 on the labelled photographs." : "Accuracy is agreement with the un-split network's answers: there are too few labels.") + " Jain's index is of how many times longer each user waits than alone (1: all alike).",
        ],
        Tables =
        [
            new(
                "", ["points that may be lost", "<may choose", "actions", "mean ms", "slowest user", "Jain", "accuracy", "kB", "<most frequent"],
                [.. result.Joint.Select(r => ((ImmutableArray<string>)
                    [
                        $"{r.Points:0.#}", r.Choice, $"{r.Actions}", Ms(r.MeanMs), Ms(r.SlowestMs), r.Jain is { } j ? $"{j:0.00}" : "", r.MeanAccuracy is { } a ? $"{a * 100:0.0} %" : "", r.Kilobytes is { } k ? $"{k:0.0}" : "", r.Plans,
                    ], r.Choice == "+ cut and codec"))]),
        ],
    };

    private static ReportSection Users(ShahhosseiniResult result, ShahhosseiniWorld world)
    {
        ShahhosseiniCase[] cases = [.. result.Cases.Where(c => c.World == world.Name && c is { Scenario: "A", Threshold: "89" }).OrderBy(c => c.Users)];
        string[] methods = [.. cases.SelectMany(c => c.Outcomes.Select(o => o.Method)).Where(m => Colours.Any(k => k.Method == m)).Distinct()];
        return new($"{world.Name}: one user after the other")
        {
            Text = [$"Mean response time by number of users, links regular, threshold {Threshold(world, "89")}."],
            Lines =
            [
                new("Mean response time by number of users", "users", "ms",
                    [.. methods.Select(m => new LineSeries(m, Colour(m), [.. cases.Where(c => c.Of(m)?.MeanMs is not null).Select(c => ((double)c.Users, c.Of(m)!.MeanMs!.Value))], AsMarks: false, m == ShahhosseiniLearners.Isthmus))])
                { HasLinearX = true, HasLinearY = true },
            ],
        };
    }

    private static ReportSection Cases(ShahhosseiniResult result, ShahhosseiniWorld world) => new($"{world.Name}: every case")
    {
        Tables = [.. result.Cases.Where(c => c.World == world.Name).Select(c => (c.Users, c.Scenario)).Distinct().Select(c => Thresholds(result, world, c.Users, c.Scenario))],
    };

    private static ReportSection Setting(ShahhosseiniResult result) => new("Methods and setting")
    {
        Text =
        [
            "Every method may choose from the same menu: each variant on the own device, the most accurate one on the edge or in the cloud (the paper's ten actions with eight variants). Times are means that depend on the own action and on how many users share the node; response times that learners see scatter around them. "
            + "What is not known of the paper (its levels, constants, mixtures of links) is our choice and stands in docs/learners.md.",
            .. result.Worlds.Select(w => $"{w.Name}: {w.Source}. A picture of {w.Bytes:0} bytes; {w.Regular.Mbps:0.#} Mbit/s and {w.Regular.RttMs:0.#} ms round trip on a regular link, {w.Weak.Mbps:0.#} Mbit/s and {w.Weak.RttMs:0.#} ms on a weak one, "
                + $"{w.Ways[0].RttMs:0.#} ms more to the edge, {w.Ways[1].RttMs:0.#} ms more to the cloud. Contention by users: edge ×{string.Join(", ", Enumerable.Range(1, 5).Select(k => $"{w.Contention[0].At(k):0.##}"))}; cloud ×{string.Join(", ", Enumerable.Range(1, 5).Select(k => $"{w.Contention[1].At(k):0.##}"))}."),
        ],
        Tables =
        [
            .. result.Worlds.Select(w => new ReportTable(
                w.Name, ["<variant", "accuracy", "ms on a device", "on the edge", "in the cloud"],
                [.. w.Ladder.Select(v => ((ImmutableArray<string>)[v.Name, $"{v.Accuracy * 100:0.00} %", Ms(v.DeviceMs), Ms(v.EdgeMs), Ms(v.CloudMs)], false))])),
            new("Scenarios", ["<scenario", "<links"], [.. ShahhosseiniScenario.All.Select(s => ((ImmutableArray<string>)[s.Name, s.Text], false))]),
        ],
    };

    private static string Colour(string method) => Colours.First(c => c.Method == method).Colour;

    private static string Ms(double? ms) => ms is { } value ? value < 10 ? $"{value:0.00}" : value < 100 ? $"{value:0.0}" : $"{value:0}" : "";
}
