using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// All that one decision rests on beside the profile and the options: what is believed of links and nodes, and the state that the
/// decision before it left. With them <see cref="DecisionRule"/> decides the same again, at any time and on any machine.
/// </summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Time">When. Recorded only: no decision depends on it.</param>
/// <param name="Links">The links as they are believed to be.</param>
/// <param name="Ratios">The nodes whose computing takes more or less time than profiled.</param>
/// <param name="Excluded">The nodes that are excluded because they failed.</param>
/// <param name="Present">The plan in use; null at the start.</param>
/// <param name="Streak">How many decisions in a row found another plan better by enough.</param>
/// <param name="Dwelt">How long the present plan has been in use.</param>
/// <param name="Keep">How long it is to be used at least; see <see cref="AdaptationOptions.MaxDwell"/>.</param>
public sealed record DecisionInputs(
    int Number,
    DateTimeOffset Time,
    ImmutableArray<LinkProfile> Links,
    ImmutableArray<MeasuredRatio> Ratios,
    ImmutableArray<string> Excluded,
    Plan? Present,
    int Streak,
    Milliseconds Dwelt,
    Milliseconds Keep)
{
    /// <summary>
    /// The same, rounded as JSON rounds it (microseconds, whole bits per second): what is decided from is exactly what a log can hold,
    /// so a replay cannot differ by a rounding.
    /// </summary>
    public DecisionInputs AsWritten() => this with
    {
        Links = [.. Links.Select(l => l with { RoundTrip = Rounded(l.RoundTrip), Bandwidth = double.IsFinite(l.Bandwidth.Value) ? new(Math.Max(1, Math.Round(l.Bandwidth.Value))) : l.Bandwidth })],
        Dwelt = Rounded(Dwelt),
        Keep = Rounded(Keep),
    };

    private static Milliseconds Rounded(Milliseconds time) => new(Math.Round(time.Value, 3));
}
