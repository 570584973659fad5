using Isthmus.Core.Errors;

namespace Isthmus.Lab.Orchestration;

/// <summary>Many simulated users whose requests come when they come.</summary>
public sealed record UsersStudyOptions
{
    /// <summary>The most users.</summary>
    public const int MaxUsers = 1000;

    /// <summary>The users, 1 to <see cref="MaxUsers"/>. Default 100.</summary>
    public int Users { get; init; } = 100;

    /// <summary>Requests a second of each user, above 0 to 1000. Default 0.5.</summary>
    public double PerSecond { get; init; } = 0.5;

    /// <summary>Whether requests come in bursts: a second on and four off on average, five times the rate meanwhile. Default false: at random (Poisson).</summary>
    public bool Bursts { get; init; }

    /// <summary>The share of users with a weak link, 0…1. Default 0.25.</summary>
    public double WeakShare { get; init; } = 0.25;

    /// <summary>The mean accuracy that is wanted, 0…1; null for any. Default 0.85.</summary>
    public double? Accuracy { get; init; } = 0.85;

    /// <summary>Requests that the edge serves at a time without loss; null (the default) for one for each 50 users.</summary>
    public int? EdgeWorkers { get; init; }

    /// <summary>Requests that the cloud serves at a time without loss; null (the default) for one for each 25 users.</summary>
    public int? CloudWorkers { get; init; }

    /// <summary>The simulated seconds in which learners learn before anything counts, 0 to 100,000. Default 120.</summary>
    public int WarmUpSeconds { get; init; } = 120;

    /// <summary>The simulated seconds that count, 1 to 1,000,000. Default 300.</summary>
    public int Seconds { get; init; } = 300;

    /// <summary>Equal seeds make equal runs. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate()
    {
        if (Users is < 1 or > MaxUsers) throw Wrong($"there are from 1 to {MaxUsers} users");
        if (!(PerSecond is > 0 and <= 1000)) throw Wrong("a user sends above 0 to 1000 requests a second");
        if (!(WeakShare is >= 0 and <= 1)) throw Wrong("the share of weak links is from 0 to 1");
        if (Accuracy is not (null or (>= 0 and <= 1))) throw Wrong("an accuracy is a share from 0 to 1");
        if (EdgeWorkers is < 1 or > 10_000 || CloudWorkers is < 1 or > 10_000) throw Wrong("a node serves from 1 to 10000 requests at a time");
        if (WarmUpSeconds is < 0 or > 100_000 || Seconds is < 1 or > 1_000_000) throw Wrong("0 to 100000 seconds do not count, 1 to 1000000 do");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"These users cannot be simulated: {what}.");
}
