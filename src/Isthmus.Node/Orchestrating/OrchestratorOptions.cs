using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Admission;
using Isthmus.Core.Orchestration.Policies;

namespace Isthmus.Node.Orchestrating;

/// <summary>How an orchestrator is set up.</summary>
public sealed record OrchestratorOptions
{
    /// <summary>The address at which it listens: http://HOST:PORT. Port 0 takes any free one. Default http://127.0.0.1:8600.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8600";

    /// <summary>Who learns. Default the model, guarded.</summary>
    public LearnerKind Learner { get; init; } = LearnerKinds.Default;

    /// <summary>What accuracy is wanted of all users together. Default any.</summary>
    public AccuracyGoal Goal { get; init; } = new();

    /// <summary>The seed of everything random. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How often is decided; also when a user or a node comes, goes or changes. Default 200 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After how long a silent node is not used any more; it comes back with its next report. Nodes are told to report three times in it. Default 3 s.</summary>
    public TimeSpan NodeSilence { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>After how long a user of whom nothing was heard is gone, and what it used is free. Default 15 s.</summary>
    public TimeSpan UserExpiry { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For how long an advice is good. Default 1 s.</summary>
    public TimeSpan AdviceValid { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Who may use a node that is asked for more than it can do.</summary>
    public OverloadRule Overload { get; init; } = new();

    /// <summary>Questions and reports of users that are answered in a second; beyond it each user gets a max-min fair share of them, and the rest is refused with 429. Default 20000.</summary>
    public double MaxPerSecond { get; init; } = 20_000;

    /// <summary>The folder in which policies are kept; null for nowhere. Default null.</summary>
    public string? PolicyFolder { get; init; }

    /// <summary>How often what is known is written, if it changed. Default 10 s.</summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many policies are kept. Default 5.</summary>
    public int KeepPolicies { get; init; } = 5;

    /// <summary>Where and how it logs. Default <see cref="NodeLogFormat.Text"/> on stderr.</summary>
    public NodeLogFormat LogFormat { get; init; } = NodeLogFormat.Text;

    /// <summary>The clock, of which only the monotonic time is looked at.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        Between("decides every", Interval, 0.01, 60);
        Between("takes a node for silent after", NodeSilence, 0.1, 3600);
        Between("takes a user for gone after", UserExpiry, 0.1, 86_400);
        Between("gives advice for", AdviceValid, 0.01, 3600);
        Between("writes its policy every", SaveInterval, 0.05, 86_400);
        if (MaxPerSecond is not (>= 1 and <= 1e9)) throw new IsthmusException(ErrorKind.Usage, "An orchestrator answers 1 to 1e9 questions a second.");
        if (Goal.MinMean is not (null or (>= 0 and <= 1)) || Goal.MsPerMissing is not (null or (>= 0 and < double.PositiveInfinity)))
            throw new IsthmusException(ErrorKind.Usage, "The accuracy that is wanted is a share from 0 to 1, and what is missing costs zero or more milliseconds.");
    }

    private static void Between(string what, TimeSpan time, double min, double max)
    {
        if (time.TotalSeconds < min || time.TotalSeconds > max) throw new IsthmusException(ErrorKind.Usage, $"An orchestrator {what} {min} to {max} s, not {time.TotalSeconds} s.");
    }
}
