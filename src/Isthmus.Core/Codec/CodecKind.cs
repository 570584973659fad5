namespace Isthmus.Core.Codec;

/// <summary>The coder of an activation. The value is the codec id in the frame, and never changes its meaning.</summary>
public enum CodecKind : byte
{
    /// <summary>The float32 values as they are.</summary>
    Raw = 0,

    /// <summary>IEEE 754 binary16, rounded to nearest even.</summary>
    Half = 1,

    /// <summary>Min-max affine quantisation to c bits and canonical Huffman coding: JALAD (2018).</summary>
    Huffman = 2,

    /// <summary>L levels on the best clipping range, packed, and interleaved range coding with contexts.</summary>
    Fast = 3,

    /// <summary>Uniform quantisation chosen for rate and distortion, and context modelling with an arithmetic coder: the fewest bytes.</summary>
    Dense = 4,
}
