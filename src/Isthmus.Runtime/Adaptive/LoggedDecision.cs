using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Adaptive;

/// <summary>One line of a log of decisions: the inputs, the state before, and what was decided.</summary>
/// <param name="Number">Counted from 1 in each run.</param>
/// <param name="Time">When.</param>
/// <param name="Links">The links as they were believed to be.</param>
/// <param name="Ratios">The nodes whose computing took more or less time than profiled.</param>
/// <param name="Excluded">The nodes that were excluded because they failed.</param>
/// <param name="Present">The plan before; null at the start.</param>
/// <param name="StreakBefore">See <see cref="DecisionInputs.Streak"/>.</param>
/// <param name="Dwelt">How long the plan before had been in use.</param>
/// <param name="KeepBefore">How long that was to be used at least.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Plan">The plan after.</param>
/// <param name="PresentMs">What the plan before was predicted to take; null if there was none, or it was impossible.</param>
/// <param name="Best">The best plan; null if there was none.</param>
/// <param name="BestMs">What that was predicted to take.</param>
/// <param name="Gain">By how much it was better.</param>
/// <param name="Streak">See <see cref="DecisionResult.Streak"/>.</param>
/// <param name="Keep">How long the plan after is to be used at least.</param>
/// <param name="Why">The reason, for people.</param>
public sealed record LoggedDecision(
    int Number,
    DateTimeOffset Time,
    ImmutableArray<LinkProfile> Links,
    ImmutableArray<MeasuredRatio> Ratios,
    ImmutableArray<string> Excluded,
    LoggedPlan? Present,
    int StreakBefore,
    [property: JsonPropertyName("dweltMs")] Milliseconds Dwelt,
    [property: JsonPropertyName("keepBeforeMs")] Milliseconds KeepBefore,
    DecisionOutcome Outcome,
    LoggedPlan Plan,
    Milliseconds? PresentMs,
    LoggedPlan? Best,
    Milliseconds? BestMs,
    double Gain,
    int Streak,
    [property: JsonPropertyName("keepMs")] Milliseconds Keep,
    string Why)
{
    /// <summary>A decision as it is logged.</summary>
    public static LoggedDecision Of(DecisionInputs inputs, DecisionResult result)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(result);
        return new(
            inputs.Number, inputs.Time, inputs.Links, inputs.Ratios, inputs.Excluded, LoggedPlan.Of(inputs.Present), inputs.Streak, inputs.Dwelt, inputs.Keep,
            result.Outcome, LoggedPlan.Of(result.Plan)!, result.Present?.Latency, LoggedPlan.Of(result.Best?.Plan), result.Best?.Latency, result.Gain, result.Streak, result.Keep, result.Why);
    }

    /// <summary>What was decided from.</summary>
    /// <param name="model">The network.</param>
    /// <exception cref="IsthmusException">A plan breaks a rule, or a list has holes.</exception>
    public DecisionInputs Inputs(ModelHash model)
    {
        if (Links.IsDefault || Ratios.IsDefault || Excluded.IsDefault || Links.Any(l => l is null) || Ratios.Any(r => r is null) || Excluded.Any(e => e is null))
            throw new IsthmusException(ErrorKind.Data, "Its links, ratios or excluded nodes have holes.");
        return new(Number, Time, Links, Ratios, Excluded, Present?.ToPlan(model), StreakBefore, Dwelt, KeepBefore);
    }

    /// <summary>How this and the same decision made again differ, in words; null if they do not. Wordings of reasons and predicted milliseconds are no difference by themselves.</summary>
    public string? Differs(DecisionResult again, ModelHash model)
    {
        ArgumentNullException.ThrowIfNull(again);
        if (Outcome != again.Outcome) return $"the outcome was {Outcome}, now it is {again.Outcome}";
        if (Plan.ToPlan(model) != again.Plan) return $"the plan was {Plan.ToPlan(model).Describe()}, now it is {again.Plan.Describe()}";
        if (Best?.ToPlan(model) != again.Best?.Plan) return $"the best plan was {Best?.ToPlan(model).Describe() ?? "none"}, now it is {again.Best?.Plan.Describe() ?? "none"}";
        if (Streak != again.Streak) return $"the streak was {Streak}, now it is {again.Streak}";
        if (Math.Abs(Keep.Value - again.Keep.Value) > 0.001) return $"the plan was to be kept for {Keep}, now it is {again.Keep}";
        if (Gain != again.Gain) return $"the gain was {Gain}, now it is {again.Gain}";
        return null;
    }
}
