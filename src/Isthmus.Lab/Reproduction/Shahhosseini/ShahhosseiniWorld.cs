using System.Collections.Immutable;
using Isthmus.Core.Orchestration;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>A ladder of variants, and the machines and links that users share.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Source">Where its figures come from.</param>
/// <param name="Ladder">The variants, the most accurate first.</param>
internal sealed record ShahhosseiniWorld(string Name, string Source, ImmutableArray<LadderVariant> Ladder)
{
    /// <summary>The shared nodes.</summary>
    public static ImmutableArray<string> Nodes { get; } = ["edge", "cloud"];

    /// <summary>The bytes of a picture that crosses.</summary>
    public required double Bytes { get; init; }

    /// <summary>What a request that leaves the device costs there, in milliseconds.</summary>
    public double OverheadMs { get; init; }

    /// <summary>The contention of edge and cloud.</summary>
    public required ImmutableArray<ContentionCurve> Contention { get; init; }

    /// <summary>A user whose link is regular.</summary>
    public required UserCondition Regular { get; init; }

    /// <summary>A user whose link is weak.</summary>
    public required UserCondition Weak { get; init; }

    /// <summary>The ways to edge and cloud.</summary>
    public required ImmutableArray<NodeCondition> Ways { get; init; }

    /// <summary>The thresholds of mean accuracy, beside none (Min) and all (Max), each with its name.</summary>
    public required ImmutableArray<(string Name, double Accuracy)> Thresholds { get; init; }

    /// <summary>All thresholds, from Min to Max.</summary>
    public ImmutableArray<(string Name, AccuracyGoal Goal)> Goals =>
        [("Min", new()), .. Thresholds.Select(t => (t.Name, new AccuracyGoal(t.Accuracy))), ("Max", new AccuracyGoal(Ladder.Max(v => v.Accuracy)))];

    /// <summary>The paper's thresholds, as accuracies that lie between the least and the most accurate variant of a ladder where 80, 85 and 89 % lie in the published one.</summary>
    public static ImmutableArray<(string Name, double Accuracy)> ThresholdsLike(ImmutableArray<LadderVariant> ladder)
    {
        ImmutableArray<LadderVariant> published = Published.Ladder;
        double from = published.Min(v => v.Accuracy), least = ladder.Min(v => v.Accuracy);
        double stretch = (ladder.Max(v => v.Accuracy) - least) / (published.Max(v => v.Accuracy) - from);
        return [.. Published.Thresholds.Select(t => (t.Name, least + ((t.Accuracy - from) * stretch)))];
    }

    /// <summary>The figures of the published networks that the paper used.</summary>
    public static ShahhosseiniWorld Published { get; } = OfPublished();

    /// <summary>The system of so many users.</summary>
    /// <param name="users">The number of users.</param>
    /// <param name="limits">What they may choose among.</param>
    public SystemModel Model(int users, ActionLimits limits = ActionLimits.Paper)
    {
        LadderVariant best = Ladder.MaxBy(v => v.Accuracy)!;
        List<UserAction> actions = [];
        foreach (LadderVariant variant in Ladder.Where(v => limits != ActionLimits.Placement || v == best))
            actions.Add(new($"device {variant.Name}", UserAction.Own, variant.DeviceMs, 0, 0, variant.Accuracy) { Variant = variant.Name });
        if (limits != ActionLimits.Models)
        {
            foreach (LadderVariant variant in Ladder.Where(v => limits == ActionLimits.Everywhere || v == best))
            {
                actions.Add(new($"edge {variant.Name}", 0, OverheadMs, Bytes, variant.EdgeMs, variant.Accuracy) { Variant = variant.Name });
                actions.Add(new($"cloud {variant.Name}", 1, OverheadMs, Bytes, variant.CloudMs, variant.Accuracy) { Variant = variant.Name });
            }
        }

        return new(new(Nodes, [.. Enumerable.Range(1, users).Select(u => new UserMenu($"S{u}", [.. actions]))]), Contention);
    }

    /// <summary>How so many users and the nodes are.</summary>
    public SystemState State(int users, ShahhosseiniScenario scenario)
    {
        SystemState state = new(users, Nodes.Length);
        for (int u = 0; u < users; u++) state.Users[u] = scenario.Weak(u) ? Weak : Regular;
        for (int n = 0; n < Nodes.Length; n++) state.Nodes[n] = Ways[n];
        return state;
    }

    // Accuracies (top-5) and times on a telephone as the networks' authors publish them (TensorFlow's hosted models; see docs/reproduce.md); everything else is our choice: 16 times
    // slower devices, an edge with twice and a cloud with four times a device's processors, which requests share evenly.
    private static ShahhosseiniWorld OfPublished()
    {
        const double slower = 16;
        (string Name, double Top5, double Ms)[] published =
        [
            ("1.0 float", 0.899, 24.0), ("0.75 float", 0.881, 14.6), ("0.5 float", 0.849, 7.9), ("0.25 float", 0.741, 3.3),
            ("1.0 int8", 0.890, 13), ("0.75 int8", 0.869, 8.5), ("0.5 int8", 0.832, 4.7), ("0.25 int8", 0.728, 2.3),
        ];
        return new(
            "published figures", "Top-5 accuracies and relative times of MobileNetV1 as published for TensorFlow Lite's hosted models; nothing of it is measured here",
            [.. published.Select(p => new LadderVariant(p.Name, p.Top5, p.Ms * slower, p.Ms * slower / 2, p.Ms * slower / 4)).OrderByDescending(v => v.Accuracy)])
        {
            Bytes = 20_000,
            Contention = [ContentionCurve.TakingTurns(1), ContentionCurve.TakingTurns(1)],
            Regular = new(1, 1, 20, 5),
            Weak = new(1, 1, 20, 45),
            Ways = [new(1, 1, 1000, 0), new(1, 1, 1000, 25)],
            Thresholds = [("80", 0.80), ("85", 0.85), ("89", 0.89)],
        };
    }
}
