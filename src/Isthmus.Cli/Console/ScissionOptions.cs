using System.CommandLine;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Cli.Console;

/// <summary>Constraints in Scission's own words, beside Isthmus' options for the same; see docs/scission.md.</summary>
internal sealed class ScissionOptions
{
    private readonly Option<string[]>[] _criteria = [Criteria(Tier.Device, "-d"), Criteria(Tier.Edge, "-e"), Criteria(Tier.Cloud, "-c")];
    private readonly Option<string?>[] _time = [Time(Tier.Device), Time(Tier.Edge), Time(Tier.Cloud)];
    private readonly Option<double?>[] _upload = [Upload(Tier.Device), Upload(Tier.Edge)];

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in _criteria.Cast<Option>().Concat(_time).Concat(_upload)) command.Options.Add(option);
    }

    /// <summary>Adds what the flags say to constraints.</summary>
    /// <exception cref="Core.Errors.IsthmusException">A value is not of its form, or names what the profile does not know.</exception>
    public Constraints Add(ParseResult parsed, Profile profile, Constraints constraints)
    {
        foreach (Tier tier in Enum.GetValues<Tier>())
        {
            foreach (string criteria in parsed.GetValue(_criteria[(int)tier])!) constraints = ScissionCriteria.Add(constraints, tier, criteria, profile);
            if (parsed.GetValue(_time[(int)tier]) is { } time) constraints = constraints with { MaxTierTime = constraints.MaxTierTime.Add(ScissionCriteria.ParseTime(tier, time)) };
            if ((int)tier < _upload.Length && parsed.GetValue(_upload[(int)tier]) is { } megabytes)
                constraints = constraints with { MaxTierBytes = constraints.MaxTierBytes.Add(new(tier, ScissionCriteria.ParseMegabytes(megabytes))) };
        }

        return constraints;
    }

    private static Option<string[]> Criteria(Tier tier, string letter) => new($"--criteria-{TierName.Of(tier)}", letter)
    {
        Description = $"Scission's criteria for the {TierName.Of(tier)}, joined by commas: N, !N (layer), name, !name (machine), -1, !-1 (tier unused, used).",
        HelpName = "criteria",
        DefaultValueFactory = _ => [],
    };

    private static Option<string?> Time(Tier tier) => new($"--{TierName.Of(tier)}-time")
    {
        Description = $"The most that the {TierName.Of(tier)} may compute, in seconds, or as a share of what all tiers do, such as 30%.",
        HelpName = "seconds",
    };

    private static Option<double?> Upload(Tier tier) => new($"--{TierName.Of(tier)}-upload") { Description = $"The most megabytes that may leave the {TierName.Of(tier)}.", HelpName = "MB" };
}
