using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Lab.Orchestration;

/// <summary>The fleet and the users of a <see cref="LiveEnvironment"/>. Slow-downs and links are emulated, everything else is real.</summary>
public sealed record LiveEnvironmentOptions
{
    /// <summary>The most users: each is a process.</summary>
    public const int MaxUsers = 32;

    /// <summary>How many users, 1 to <see cref="MaxUsers"/>. Default 3.</summary>
    public int Users { get; init; } = 3;

    /// <summary>The users, from 0, whose access link is weak at the start. Default none.</summary>
    public ImmutableArray<int> WeakUsers { get; init; } = [];

    /// <summary>The ladder of variants: its file, or a folder with a ladder.json.</summary>
    public required string Ladder { get; init; }

    /// <summary>The labelled pictures that users ask about: an IDX file, and the one of their classes. Default: those in the folder "test" beside the ladder.</summary>
    public (string Images, string Labels)? Pictures { get; init; }

    /// <summary>The variants that a user's own device may run, by name. Default: all of the ladder.</summary>
    public ImmutableArray<string> DeviceVariants { get; init; } = [];

    /// <summary>The variants that the nodes may run, by name. Default: the most accurate one, as the paper has it.</summary>
    public ImmutableArray<string> NodeVariants { get; init; } = [];

    /// <summary>How many times slower than this machine a user's device is, 1 to 1000. Default 100.</summary>
    public double DeviceSlowdown { get; init; } = 100;

    /// <summary>Of single users another slow-down, by their number from 0. Default none.</summary>
    public ImmutableDictionary<int, double> UserSlowdowns { get; init; } = ImmutableDictionary<int, double>.Empty;

    /// <summary>How many times slower the edge is, 1 to 1000. Default 50.</summary>
    public double EdgeSlowdown { get; init; } = 50;

    /// <summary>How many times slower the cloud is, 1 to 1000. Default 25.</summary>
    public double CloudSlowdown { get; init; } = 25;

    /// <summary>Requests that the edge computes at a time, 1 to 16. Default 1.</summary>
    public int EdgeWorkers { get; init; } = 1;

    /// <summary>Requests that the cloud computes at a time, 1 to 16. Default 2.</summary>
    public int CloudWorkers { get; init; } = 2;

    /// <summary>A regular access link. Default 100 Mbit/s, 4 ms.</summary>
    public LiveLink Regular { get; init; } = new(100, 4);

    /// <summary>A weak access link. Default 10 Mbit/s and 20 ms more on the way out, as the paper's weak networks have.</summary>
    public LiveLink Weak { get; init; } = new(10, 24);

    /// <summary>What lies between access links and the edge. Default 1000 Mbit/s, nothing more.</summary>
    public LiveLink ToEdge { get; init; } = new(1000, 0);

    /// <summary>What lies between access links and the cloud. Default 100 Mbit/s, 20 ms.</summary>
    public LiveLink ToCloud { get; init; } = new(100, 20);

    /// <summary>How often each action is measured alone when the environment starts, 1 to 1000: the profile of <see cref="LiveEnvironment.Actions"/>. Default 7.</summary>
    public int ProfileRounds { get; init; } = 7;

    /// <summary>After this time a request is lost, in milliseconds, 10 to 600,000. Default 5000.</summary>
    public double TimeoutMs { get; init; } = 5000;

    /// <summary>Which pictures are asked about in which order. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The clock of restarts and time limits. Default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The slow-down of a user's device.</summary>
    /// <param name="user">The user, from 0.</param>
    public double SlowdownOf(int user) => UserSlowdowns.GetValueOrDefault(user, DeviceSlowdown);

    /// <summary>Checks the ranges that the members state.</summary>
    /// <exception cref="IsthmusException">A value is outside of its range.</exception>
    public void Validate()
    {
        if (Users is < 1 or > MaxUsers) throw Wrong($"{Users} users are not possible: choose 1 to {MaxUsers}");
        if (WeakUsers.IsDefault || WeakUsers.Any(u => u < 0 || u >= Users)) throw Wrong($"weak users are numbered from 0 to {Users - 1}");
        if (UserSlowdowns.Keys.Any(u => u < 0 || u >= Users)) throw Wrong($"users are numbered from 0 to {Users - 1}");
        foreach (double slowdown in UserSlowdowns.Values.Append(DeviceSlowdown).Append(EdgeSlowdown).Append(CloudSlowdown))
            if (!(slowdown is >= 1 and <= 1000)) throw Wrong($"a slow-down of {slowdown} is not possible: choose 1 to 1000");
        if (EdgeWorkers is < 1 or > 16 || CloudWorkers is < 1 or > 16) throw Wrong("a node has 1 to 16 workers");
        if (ProfileRounds is < 1 or > 1000) throw Wrong($"{ProfileRounds} rounds are not possible: choose 1 to 1000");
        if (!(TimeoutMs is >= 10 and <= 600_000)) throw Wrong("a request may take 10 to 600000 ms");
        Regular.Validate("A regular link");
        Weak.Validate("A weak link");
        ToEdge.Validate("A way to the edge");
        ToCloud.Validate("A way to the cloud");

        static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"This environment cannot be started: {what}.");
    }
}
