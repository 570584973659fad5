using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Core.Statistics;
using Isthmus.Core.Variants;

namespace Isthmus.Runtime.Variants;

/// <summary>What was measured of one network on labelled pictures.</summary>
/// <param name="Variant">The network, and how often it is right.</param>
/// <param name="IsRight1">Of each picture whether its class is ranked first.</param>
/// <param name="IsRight5">Of each picture whether its class is among the first five.</param>
/// <param name="Inference">The network's own time on this machine, one picture after another without pauses; decoding is not in it.</param>
public sealed record MeasuredVariant(Variant Variant, ImmutableArray<bool> IsRight1, ImmutableArray<bool> IsRight5, Timing Inference)
{
    /// <summary>This network's first classes beside another's on the same pictures.</summary>
    /// <exception cref="ArgumentException">The other was measured on another number of pictures.</exception>
    public PairedProportions Beside(MeasuredVariant other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.IsRight1.Length != IsRight1.Length) throw new ArgumentException("Both must be measured on the same pictures.", nameof(other));
        int both = 0, first = 0, second = 0, neither = 0;
        for (int i = 0; i < IsRight1.Length; i++)
        {
            if (IsRight1[i]) _ = other.IsRight1[i] ? both++ : first++;
            else _ = other.IsRight1[i] ? second++ : neither++;
        }

        return new(both, first, second, neither);
    }
}
