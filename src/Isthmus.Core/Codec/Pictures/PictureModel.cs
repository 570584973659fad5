using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>
/// What both ends have learnt of a picture so far: adaptive probabilities (22 bits, and 10 bits that count what was seen, as <see cref="BitModel"/>) and the weights with which
/// they are mixed. Integers only: the same on every processor.
/// </summary>
internal sealed class PictureModel
{
    /// <summary>A probability follows at this pace, 1/(n + 1.6), at last.</summary>
    public const int Limit = 255;

    /// <summary>When counting start probabilities.</summary>
    public const int TrainingLimit = 1000;

    /// <summary>Start probabilities count for at most so many decisions.</summary>
    public const int Belief = 20;

    /// <summary>A mixture's weight of 1.</summary>
    public const int One = 1 << 16;

    private const string Resource = "Isthmus.Core.Codec.Pictures.picture-start.bin";

    private const uint Even = 1u << 31;

    private static readonly ImmutableArray<int> Pace = [.. Enumerable.Range(0, TrainingLimit + 1).Select(n => 655_360 / ((10 * n) + 16))];

    private static readonly Lazy<PictureModel> Learnt = new(Read);

    private readonly uint[] _probabilities;
    private readonly int[] _weights;

    private PictureModel(uint[] probabilities, int[] weights) => (_probabilities, _weights) = (probabilities, weights);

    /// <summary>What is known before the first decision of a picture.</summary>
    public static PictureModel Start => Learnt.Value;

    /// <summary>How fast a probability follows, by how much was seen, in units of 2⁻¹⁶.</summary>
    public static ReadOnlySpan<int> Paces => Pace.AsSpan();

    /// <summary>The probabilities, as <see cref="PictureContexts"/> orders them.</summary>
    public Span<uint> Probabilities => _probabilities;

    /// <summary>The weights: for each group and plane one for each probability that is mixed.</summary>
    public Span<int> Weights => _weights;

    /// <summary>A model that knows nothing.</summary>
    public static PictureModel Untrained()
    {
        uint[] probabilities = new uint[PictureContexts.Count];
        int[] weights = new int[PictureContexts.Weights];
        probabilities.AsSpan().Fill(Even);
        weights.AsSpan().Fill(One * 3 / 10);
        return new(probabilities, weights);
    }

    /// <summary>Takes over what another one knows.</summary>
    public void CopyFrom(PictureModel other)
    {
        other._probabilities.CopyTo(_probabilities, 0);
        other._weights.CopyTo(_weights, 0);
    }

    /// <summary>The probability of a 1 in units of 2⁻¹⁶, kept away from 0 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Probability(uint model) => Math.Clamp(model >> 16, 48, 65_536 - 48);

    /// <summary>A probability after a decision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe uint Next(uint model, uint bit, uint limit, int* paces)
    {
        uint seen = model & 1023;
        int probability = (int)(model >> 10);
        int target = (int)(bit * 0x3F_FFFF);
        probability += (int)(((long)(target - probability) * paces[seen]) >> 16);
        return ((uint)probability << 10) | (seen + (seen < limit ? 1u : 0u));
    }

    /// <summary>The content of picture-start.bin: probabilities (16 bits each), how many decisions they count for (8 bits), weights (32 bits).</summary>
    public byte[] ToBytes()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        foreach (uint p in _probabilities) writer.Write((ushort)(p >> 16));
        foreach (uint p in _probabilities) writer.Write((byte)Math.Min(p & 1023, Belief));
        foreach (int w in _weights) writer.Write(w);
        writer.Flush();
        return stream.ToArray();
    }

    private static PictureModel Read()
    {
        PictureModel model = Untrained();
        using Stream? stream = typeof(PictureModel).Assembly.GetManifestResourceStream(Resource);
        if (stream is null) return model;
        using BinaryReader reader = new(stream);
        for (int i = 0; i < model._probabilities.Length; i++) model._probabilities[i] = (uint)reader.ReadUInt16() << 16;
        for (int i = 0; i < model._probabilities.Length; i++) model._probabilities[i] |= reader.ReadByte();
        for (int i = 0; i < model._weights.Length; i++) model._weights[i] = reader.ReadInt32();
        return model;
    }
}
