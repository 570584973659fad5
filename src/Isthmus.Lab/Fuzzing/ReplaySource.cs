using System.Collections.Immutable;
using Isthmus.Core.Codec;

namespace Isthmus.Lab.Fuzzing;

/// <summary>One input, from a file.</summary>
internal sealed class ReplaySource(FuzzReproducer reproducer, ImmutableArray<ITensorCodec> codecs) : IFuzzSource
{
    private readonly FuzzTarget _target = new(codecs.FirstOrDefault(c => c.Spec == reproducer.Codec) ?? TensorCodecs.Get(reproducer.Codec));

    /// <inheritdoc/>
    public ImmutableArray<string> Names => [_target.Name];

    /// <inheritdoc/>
    public int MaxFrameBytes => reproducer.Frame.Length;

    /// <inheritdoc/>
    public int MaxElements => (int)reproducer.Expected.ElementCount;

    /// <inheritdoc/>
    public void Make(long index, FuzzInput input)
    {
        input.Take(reproducer.Frame.Span, _target, reproducer.Expected);
        input.IsGood = false;
        if (reproducer.Tables is { } tables) input.Believe(tables.ToArray(), MaxElements);
    }
}
