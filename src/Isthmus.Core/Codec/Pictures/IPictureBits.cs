namespace Isthmus.Core.Codec.Pictures;

/// <summary>One end of the arithmetic code of a picture: the sender's, where decisions go in, or the receiver's, where they come out.</summary>
internal interface IPictureBits
{
    /// <summary>Whether decisions go in: then the bits given to <see cref="Code"/> count.</summary>
    static abstract bool IsSender { get; }

    /// <summary>Whether the bytes that arrived say no more: what <see cref="Code"/> returned last is no decision.</summary>
    bool IsAtEnd { get; }

    /// <summary>Codes a decision.</summary>
    /// <param name="bit">0 or 1; of no meaning to the receiver.</param>
    /// <param name="probability">Of a 1, in units of 2⁻¹⁶, neither 0 nor 65536.</param>
    /// <returns>The decision.</returns>
    uint Code(uint bit, uint probability);
}
