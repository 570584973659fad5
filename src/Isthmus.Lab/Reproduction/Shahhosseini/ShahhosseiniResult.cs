using System.Collections.Immutable;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>All that came out.</summary>
internal sealed record ShahhosseiniResult
{
    /// <summary>The worlds: the published figures, and what was measured here.</summary>
    public required ImmutableArray<ShahhosseiniWorld> Worlds { get; init; }

    /// <summary>Every world, number of users, scenario and threshold.</summary>
    public required ImmutableArray<ShahhosseiniCase> Cases { get; init; }

    /// <summary>Of each world, the most users on regular links with less accuracy to lose than the paper loses: what its headline is compared in.</summary>
    public required ImmutableArray<ShahhosseiniCase> Tight { get; init; }

    /// <summary>How the learners learned, of one case each.</summary>
    public required ImmutableArray<LearningRace> Races { get; init; }

    /// <summary>Hundreds of users whose requests come when they come: by number of users, whether in bursts, and method.</summary>
    public required ImmutableArray<(int Users, bool Bursts, UsersStudyRow Row)> Crowds { get; init; }

    /// <summary>How learners find their way after the world has changed.</summary>
    public required ImmutableArray<RecoveryRow> Recovery { get; init; }

    /// <summary>What users lived through while learners learned.</summary>
    public required ImmutableArray<RailRow> Rail { get; init; }

    /// <summary>What came out of running for real.</summary>
    public required LiveStudy Live { get; init; }

    /// <summary>Users who differ, and may choose more than the paper lets them.</summary>
    public required ImmutableArray<JointRow> Joint { get; init; }

    /// <summary>Whether accuracy there is top-1 on labelled photographs; if not, agreement with the un-split network.</summary>
    public required bool JointLabelled { get; init; }

    /// <summary>The cases of a world and number of users in a scenario, by threshold.</summary>
    public IEnumerable<ShahhosseiniCase> At(string world, int users, string scenario) => Cases.Where(c => c.World == world && c.Users == users && c.Scenario == scenario);

    /// <summary>The most users that were tried.</summary>
    public int MostUsers => Cases.Max(c => c.Users);
}
