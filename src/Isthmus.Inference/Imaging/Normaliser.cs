using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Imaging;

/// <summary>Turns a picture of bytes into a network's input: input = (value − mean) / scale, colours and dimensions in the order of the manifest.</summary>
internal sealed class Normaliser
{
    private readonly ModelManifest _manifest;

    // What each of the 256 values becomes, by channel of the network.
    private readonly float[][] _table;

    public Normaliser(ModelManifest manifest)
    {
        _manifest = manifest;
        _table = new float[manifest.Channels][];
        for (int c = 0; c < _table.Length; c++)
        {
            _table[c] = new float[256];
            for (int v = 0; v < 256; v++) _table[c][v] = (v - (float)manifest.Mean[c]) / (float)manifest.Scale[c];
        }
    }

    /// <summary>Fills a tensor of the manifest's input shape.</summary>
    /// <param name="pixels">Rows from the top, pixels from the left, bytes R, G, B or the one of grey.</param>
    /// <param name="tensor">The tensor.</param>
    public void Apply(ReadOnlySpan<byte> pixels, Tensor tensor)
    {
        int channels = _manifest.Channels;
        int count = _manifest.Width * _manifest.Height;
        bool planes = _manifest.Layout == TensorLayout.Nchw;
        for (int c = 0; c < channels; c++)
        {
            int band = _manifest.ChannelOrder == ChannelOrder.Bgr ? 2 - c : c;
            int start = planes ? c * count : c;
            int step = planes ? 1 : channels;
            if (tensor.ElementType == ElementType.UInt8)
            {
                Span<byte> output = tensor.Bytes.Span;
                for (int i = 0; i < count; i++) output[start + (i * step)] = (byte)Math.Clamp(MathF.Round(_table[c][pixels[(i * channels) + band]]), 0, 255);
            }
            else if (planes && channels == 3)
            {
                Plane(pixels, band, c, tensor.Floats.Slice(start, count));
            }
            else
            {
                Span<float> output = tensor.Floats;
                for (int i = 0; i < count; i++) output[start + (i * step)] = _table[c][pixels[(i * channels) + band]];
            }
        }
    }

    // One colour of sixteen pixels at a time: picked out of 48 bytes, widened, normalised.
    private void Plane(ReadOnlySpan<byte> pixels, int band, int channel, Span<float> output)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            Vector128<float> mean = Vector128.Create((float)_manifest.Mean[channel]);
            Vector128<float> scale = Vector128.Create((float)_manifest.Scale[channel]);
            ref byte from = ref MemoryMarshal.GetReference(pixels);
            ref float to = ref MemoryMarshal.GetReference(output);
            (Vector128<byte> first, Vector128<byte> second, Vector128<byte> third) = Picks(band);
            for (; i <= output.Length - 16; i += 16)
            {
                nuint o = (nuint)i * 3;
                Vector128<byte> values = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, o), first)
                    | Vector128.Shuffle(Vector128.LoadUnsafe(ref from, o + 16), second)
                    | Vector128.Shuffle(Vector128.LoadUnsafe(ref from, o + 32), third);
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(values);
                (Vector128<uint> a, Vector128<uint> b) = Vector128.Widen(low);
                (Vector128<uint> c, Vector128<uint> d) = Vector128.Widen(high);
                ((Vector128.ConvertToSingle(a.AsInt32()) - mean) / scale).StoreUnsafe(ref to, (nuint)i);
                ((Vector128.ConvertToSingle(b.AsInt32()) - mean) / scale).StoreUnsafe(ref to, (nuint)i + 4);
                ((Vector128.ConvertToSingle(c.AsInt32()) - mean) / scale).StoreUnsafe(ref to, (nuint)i + 8);
                ((Vector128.ConvertToSingle(d.AsInt32()) - mean) / scale).StoreUnsafe(ref to, (nuint)i + 12);
            }
        }

        float[] table = _table[channel];
        for (; i < output.Length; i++) output[i] = table[pixels[(i * 3) + band]];
    }

    // Which bytes of three vectors of 16 hold the band of pixels 0 … 15; 255 picks nothing (zero).
    private static (Vector128<byte> First, Vector128<byte> Second, Vector128<byte> Third) Picks(int band)
    {
        Span<byte> picks = stackalloc byte[48];
        picks.Fill(255);
        for (int pixel = 0; pixel < 16; pixel++)
        {
            int at = (pixel * 3) + band;
            picks[((at / 16) * 16) + pixel] = (byte)(at % 16);
        }

        return (Vector128.Create<byte>(picks[..16]), Vector128.Create<byte>(picks[16..32]), Vector128.Create<byte>(picks[32..]));
    }
}
