using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>What an orchestrator accepts.</summary>
public static class OrchestrationLimits
{
    /// <summary>Bytes of a body.</summary>
    public const int MaxBody = 1 << 20;

    /// <summary>Actions of one user.</summary>
    public const int MaxActions = 64;

    /// <summary>Characters of a name.</summary>
    public const int MaxName = 64;

    /// <summary>Characters of the name of an action.</summary>
    public const int MaxActionName = 200;

    /// <summary>Nodes that users share.</summary>
    public const int MaxNodes = JointProblem.MaxNodes;

    /// <summary>Users at a time.</summary>
    public const int MaxUsers = JointProblem.MaxUsers;

    /// <summary>The longest time that is believed, in milliseconds: an hour.</summary>
    public const double MaxMs = 3_600_000;

    /// <summary>The most bytes of a request.</summary>
    public const double MaxBytes = 1e12;

    /// <summary>The fastest link that is believed, in Mbit/s.</summary>
    public const double MaxMbps = 1e6;

    /// <summary>Checks a name of a user or node: 1 to 64 characters, none of which ends a line or a path.</summary>
    /// <exception cref="IsthmusException">It is no such name.</exception>
    public static string Name(string? name, string whose) =>
        name is { Length: > 0 and <= MaxName } && !name.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '/' or '\\' or '\u2028' or '\u2029') && name.Trim().Length == name.Length ? name
            : throw new IsthmusException(ErrorKind.Data, $"The name of the {whose} cannot be used: it has 1 to {MaxName} characters, without control characters and slashes, and no space at its ends.");

    /// <summary>Checks a number.</summary>
    /// <exception cref="IsthmusException">It is out of its range.</exception>
    public static double Number(double value, double min, double max, string what) =>
        value >= min && value <= max ? value : throw new IsthmusException(ErrorKind.Data, $"{what} is {value:R}, which is not from {min:R} to {max:R}.");
}
