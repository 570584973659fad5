using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>How thoroughly the experiment is run.</summary>
internal sealed record ShahhosseiniEffort
{
    /// <summary>The numbers of users.</summary>
    public required ImmutableArray<int> Users { get; init; }

    /// <summary>The scenarios and thresholds in which learners learn.</summary>
    public required ImmutableArray<(string Scenario, string Threshold)> Learned { get; init; }

    /// <summary>Runs of each learner, with different seeds.</summary>
    public required int Runs { get; init; }

    /// <summary>The most steps of a run of Q-learning.</summary>
    public required int QSteps { get; init; }

    /// <summary>The most steps of a run of a deep Q-network.</summary>
    public required int DeepSteps { get; init; }

    /// <summary>The most steps of a run of the bandit and of the default learner.</summary>
    public required int ModelSteps { get; init; }

    /// <summary>Up to how many users a deep Q-network has an output for each joint action; beyond, one for each user's action only.</summary>
    public required int JointOutputs { get; init; }

    /// <summary>Steps in which it is watched what users live through.</summary>
    public required int RailSteps { get; init; }

    /// <summary>The numbers of users whose requests come when they come.</summary>
    public required ImmutableArray<int> Crowds { get; init; }

    /// <summary>The real users.</summary>
    public required int LiveUsers { get; init; }

    /// <summary>Rounds in which real requests are measured for profile, contention and comparison.</summary>
    public required int LiveProfileRounds { get; init; }

    /// <summary>Random joint actions whose prediction is compared.</summary>
    public required int LiveJointActions { get; init; }

    /// <summary>Steps in which Isthmus learns with real users.</summary>
    public required int LiveSteps { get; init; }

    /// <summary>Rounds in which the methods' decisions are carried out.</summary>
    public required int LiveRounds { get; init; }

    /// <summary>The effort that the options ask for.</summary>
    public static ShahhosseiniEffort Of(ReproductionOptions options) => options.Quick
        ? new()
        {
            Users = [1, 3, 5],
            Learned = [("A", "89")],
            Runs = 1,
            QSteps = 300_000,
            DeepSteps = 5_000,
            ModelSteps = 500,
            JointOutputs = 3,
            RailSteps = 300,
            Crowds = [100],
            LiveUsers = 3,
            LiveProfileRounds = 3,
            LiveJointActions = 5,
            LiveSteps = 15,
            LiveRounds = 8
        }
        : new()
        {
            Users = [1, 2, 3, 4, 5],
            Learned = [("A", "Min"), ("A", "80"), ("A", "85"), ("A", "89"), ("A", "Max"), ("D", "89")],
            Runs = 3,
            QSteps = 1_000_000,
            DeepSteps = 20_000,
            ModelSteps = 2_000,
            JointOutputs = 5,
            RailSteps = 1000,
            Crowds = [20, 100, 300],
            LiveUsers = 5,
            LiveProfileRounds = 15,
            LiveJointActions = 30,
            LiveSteps = 80,
            LiveRounds = 100
        };
}
