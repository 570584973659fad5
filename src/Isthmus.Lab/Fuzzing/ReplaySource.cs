using System.Collections.Immutable;
using Isthmus.Core.Codec;

namespace Isthmus.Lab.Fuzzing;

/// <summary>One input, from a file.</summary>
internal sealed class ReplaySource(FuzzReproducer reproducer, ImmutableArray<ITensorCodec> codecs) : IFuzzSource
{
    /// <inheritdoc/>
    public int MaxFrameBytes => reproducer.Frame.Length;

    /// <inheritdoc/>
    public int MaxElements => (int)reproducer.Expected.ElementCount;

    /// <inheritdoc/>
    public void Make(long index, FuzzInput input)
    {
        input.Take(reproducer.Frame.Span, codecs.FirstOrDefault(c => c.Spec == reproducer.Codec) ?? TensorCodecs.Get(reproducer.Codec), reproducer.Expected);
        input.IsGood = false;
    }
}
