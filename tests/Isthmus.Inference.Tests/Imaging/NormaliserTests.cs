using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Tests.Imaging;

public sealed class NormaliserTests
{
    public static TheoryData<ChannelOrder, TensorLayout, ElementType> Forms()
    {
        TheoryData<ChannelOrder, TensorLayout, ElementType> data = [];
        foreach (ChannelOrder order in Enum.GetValues<ChannelOrder>())
        {
            foreach (TensorLayout layout in Enum.GetValues<TensorLayout>())
            {
                data.Add(order, layout, ElementType.Float32);
                data.Add(order, layout, ElementType.UInt8);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Apply_AnyForm_IsTheFormulaOfTheManifest(ChannelOrder order, TensorLayout layout, ElementType type)
    {
        // 7 × 19 is no multiple of the vector's length.
        ModelManifest manifest = new() { Width = 19, Height = 7, Mean = new(10.5, 20, 123.675), Scale = new(2, -3, 58.395), ChannelOrder = order, Layout = layout, InputType = type };
        int channels = manifest.Channels;
        byte[] pixels = Pictures.Noise(19 * 7 * channels, 5);
        using Tensor tensor = Tensor.Rent(type, manifest.InputShape);
        new Normaliser(manifest).Apply(pixels, tensor);
        for (int i = 0; i < 19 * 7; i++)
        {
            for (int c = 0; c < channels; c++)
            {
                int band = order == ChannelOrder.Bgr ? 2 - c : c;
                float expected = (pixels[(i * channels) + band] - (float)manifest.Mean[c]) / (float)manifest.Scale[c];
                int at = layout == TensorLayout.Nchw ? (c * 19 * 7) + i : (i * channels) + c;
                if (type == ElementType.Float32) Assert.Equal(expected, tensor.Floats[at]);
                else Assert.Equal(Math.Clamp(MathF.Round(expected), 0, 255), tensor.Bytes.Span[at]);
            }
        }
    }
}
