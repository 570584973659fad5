using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Statistics;

namespace Isthmus.Runtime.Pipelines;

/// <summary>
/// Re-checks of curves while pictures are classified: of a bounded share of those of which a part would be sent, everything is sent, and what comes of it is held against what the curve foretells
/// (<see cref="DriftTest"/>). Thread-safe.
/// </summary>
public sealed class Rechecks
{
    private readonly double _share;
    private readonly ImmutableDictionary<InputEncoding, InputCurve> _curves;
    private readonly DriftTest _test = new();
    private readonly Lock _lock = new();
    private long _seen;
    private long _taken;
    private long _checked;
    private long _agreed;
    private long _unexpected;

    /// <summary>Begins.</summary>
    /// <param name="share">The most pictures that are sent whole, as a share of those of which a part would be: above 0, at most 0.5.</param>
    /// <param name="curves">What is foretold; pictures of other families are re-checked and counted, and tell nothing of drift.</param>
    /// <exception cref="IsthmusException">The share is out of range.</exception>
    public Rechecks(double share, IEnumerable<InputCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        if (!(share is > 0 and <= 0.5)) throw new IsthmusException(ErrorKind.Usage, "The share of pictures that are re-checked is above 0 and at most 0.5.");
        _share = share;
        _curves = curves.Where(c => c.IsContinuous).DistinctBy(c => c.Reference).ToImmutableDictionary(c => c.Reference);
    }

    /// <summary>What came of them so far.</summary>
    public RecheckSummary Summary
    {
        get
        {
            lock (_lock)
            {
                return new(
                    _share, _seen, _taken, _checked, _agreed, _checked == 0 ? null : Math.Round((double)_agreed / _checked, 4), _test.Expected is { } expected ? Math.Round(expected, 4) : null,
                    _test.Drift, _test.FoundAfter, _unexpected);
            }
        }
    }

    /// <summary>Counts a picture of which a part is to be sent, and says whether it is sent whole instead. Never more than the share of all that were counted, whatever becomes of them.</summary>
    /// <param name="inTime">Whether everything can be sent and looked at twice in time.</param>
    public bool TryTake(bool inTime)
    {
        lock (_lock)
        {
            _seen++;
            if (!inTime || _taken + 1 > _share * _seen) return false;
            _taken++;
            return true;
        }
    }

    /// <summary>Takes what came of one into account.</summary>
    /// <returns>Whether this one showed drift for the first time.</returns>
    public bool Observe(Recheck recheck)
    {
        ArgumentNullException.ThrowIfNull(recheck);
        if (recheck.Agrees is not { } agrees) return false;
        lock (_lock)
        {
            _checked++;
            if (agrees) _agreed++;
            if (!_curves.TryGetValue(recheck.Part.Whole, out InputCurve? curve))
            {
                _unexpected++;
                return false;
            }

            bool known = _test.Drift != DriftDirection.None;
            return _test.Observe(agrees, curve.AgreementIntervalAt(recheck.Part.Fraction)) != DriftDirection.None && !known;
        }
    }
}
