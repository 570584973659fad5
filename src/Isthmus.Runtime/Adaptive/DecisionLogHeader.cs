using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Adaptive;

/// <summary>The first line of a run in a log of decisions: what is the same for all that follow, until the next header.</summary>
/// <param name="Kind">Always <see cref="LogKind"/>.</param>
/// <param name="Version">The version of the format; see <see cref="CurrentVersion"/>.</param>
/// <param name="SoftwareVersion">The version of Isthmus that decided.</param>
/// <param name="Model">The network.</param>
/// <param name="ProfileHash">SHA-256 of the profile as <see cref="ProfileFile.Serialize"/> writes it.</param>
/// <param name="Absent">Nodes of the profile that there were not.</param>
/// <param name="Objective">What was minimised, as text.</param>
/// <param name="Constraints">What a plan had to satisfy.</param>
/// <param name="Space">What could be chosen.</param>
/// <param name="Gain">See <see cref="AdaptationOptions.Gain"/>.</param>
/// <param name="Consecutive">See <see cref="AdaptationOptions.Consecutive"/>.</param>
/// <param name="MinDwellMs">See <see cref="AdaptationOptions.MinDwell"/>; milliseconds.</param>
/// <param name="MaxDwellMs">See <see cref="AdaptationOptions.MaxDwell"/>; milliseconds.</param>
/// <param name="UrgentGain">See <see cref="AdaptationOptions.UrgentGain"/>.</param>
public sealed record DecisionLogHeader(
    string Kind,
    int Version,
    string SoftwareVersion,
    ModelHash Model,
    string ProfileHash,
    ImmutableArray<string> Absent,
    string Objective,
    Constraints Constraints,
    SearchSpace Space,
    double Gain,
    int Consecutive,
    double MinDwellMs,
    double MaxDwellMs,
    double UrgentGain)
{
    /// <summary>The version that this software writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>What marks a line as a header.</summary>
    public const string LogKind = "isthmus.decisions";

    /// <summary>The header of the decisions that a rule makes.</summary>
    public static DecisionLogHeader Of(DecisionRule rule) => Counting(rule) with { Terms = rule.Options.Terms };

    private static DecisionLogHeader Counting(DecisionRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        AdaptationOptions o = rule.Options;
        return new(
            LogKind, CurrentVersion, rule.Profile.SoftwareVersion, rule.Profile.Model, HashOf(rule.Profile), rule.Absent, o.Objective.ToString(), o.Constraints, o.Space,
            o.Gain, o.Consecutive, o.MinDwell.TotalMilliseconds, o.MaxDwell.TotalMilliseconds, o.UrgentGain);
    }

    /// <summary>The hash by which a log names a profile: SHA-256 of its text, in lower-case hexadecimal digits.</summary>
    public static string HashOf(Profile profile) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ProfileFile.Serialize(profile))));

    /// <summary>The rule by which was decided.</summary>
    /// <param name="index">The profile.</param>
    /// <exception cref="IsthmusException">The header is of another version or profile, or has a value out of range.</exception>
    public DecisionRule ToRule(ProfileIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (Kind != LogKind) throw new IsthmusException(ErrorKind.Data, "This is no log of decisions: 'isthmus run --decisions FILE' writes one.");
        if (Version != CurrentVersion) throw new IsthmusException(ErrorKind.Data, $"The log is of version {Version}, and this software reads {CurrentVersion}.");
        if (ProfileHash != HashOf(index.Profile))
            throw new IsthmusException(ErrorKind.Planning, $"The decisions were made from another profile (SHA-256 {Short(ProfileHash)}…): give the one that the run used with --profile.");
        if (Absent.IsDefault || Constraints.ForbiddenNodes.IsDefault || Absent.Contains(null!) || Constraints.ForbiddenNodes.Contains(null!))
            throw new IsthmusException(ErrorKind.Data, "The header names a node that has no name.");
        if (!(MinDwellMs is >= 0 and <= 1e12 && MaxDwellMs is >= 0 and <= 1e12)) throw new IsthmusException(ErrorKind.Data, "The header's minDwellMs or maxDwellMs is out of range.");
        AdaptationOptions options = new()
        {
            Objective = Core.Planning.Objective.Parse(Objective),
            Constraints = Constraints,
            Space = Space,
            Terms = Enum.IsDefined(Terms) ? Terms : throw new IsthmusException(ErrorKind.Data, "The header's terms are not known."),
            Gain = Gain,
            Consecutive = Consecutive,
            MinDwell = TimeSpan.FromMilliseconds(MinDwellMs),
            MaxDwell = TimeSpan.FromMilliseconds(MaxDwellMs),
            UrgentGain = UrgentGain,
        };
        return new(index, options, Absent);
    }

    /// <summary>Which stages of a plan counted; not written if all did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public CostTerms Terms { get; init; }

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
