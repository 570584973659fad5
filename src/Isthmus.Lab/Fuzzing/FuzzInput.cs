using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>One input: the bytes, and what the plan says that they are. Made again and again in the same memory.</summary>
internal sealed class FuzzInput(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];

    /// <summary>The most bytes that it can have.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>How many bytes it has.</summary>
    public int Length { get; set; }

    /// <summary>Its bytes.</summary>
    public Span<byte> Frame => _bytes.AsSpan(0, Length);

    /// <summary>The decoder, which the plan names.</summary>
    public ITensorCodec Codec { get; set; } = null!;

    /// <summary>The shape that the plan expects.</summary>
    public TensorShape Expected { get; set; }

    /// <summary>What was done to it, in this order; nothing, if it is a good frame.</summary>
    public List<FrameMutation> Mutations { get; } = [];

    /// <summary>Whether the checksum was made right after that.</summary>
    public bool IsSealed { get; set; }

    /// <summary>Whether it is a good frame, and the plan's.</summary>
    public bool IsGood { get; set; }

    /// <summary>Becomes a good frame.</summary>
    public void Take(ReadOnlySpan<byte> frame, ITensorCodec codec, TensorShape shape)
    {
        Length = frame.Length;
        frame.CopyTo(Frame);
        Codec = codec;
        Expected = shape;
        Mutations.Clear();
        IsSealed = false;
        IsGood = true;
    }
}
