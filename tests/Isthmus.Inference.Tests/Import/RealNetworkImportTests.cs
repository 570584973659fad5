using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Import;
using Isthmus.Inference.Manifests;
using Isthmus.Inference.Sessions;
using Isthmus.Tests.Shared;

namespace Isthmus.Inference.Tests.Import;

/// <summary>Real networks, imported and run; the oracle is an independent conversion of the same files.</summary>
public sealed class RealNetworkImportTests
{
    private static readonly SessionSettings TwoThreads = SessionSettings.Default with { Threads = 2 };

    [Theory]
    [InlineData("mobilenet_v1_0.25_128")]
    [InlineData("mobilenet_v1_0.5_160")]
    [InlineData("mobilenet_v1_0.75_192")]
    public void Import_MobileNet_EqualsTheIndependentConversion(string name)
    {
        using NetworkSession expected = NetworkSession.Create(File.ReadAllBytes(DevelopmentData.Model(name + ".onnx")), TwoThreads);
        ImportResult result = TfliteImporter.Import(File.ReadAllBytes(DevelopmentData.Model(name + "_quant.tflite")));
        using NetworkSession imported = NetworkSession.Create(result.Model, TwoThreads);

        ImagePreprocessor preprocessor = new(result.Manifest!);
        IEnumerable<Tensor> inputs = Directory.GetFiles(DevelopmentData.Images()).Order().Where((_, i) => i % 60 == 0)
            .Select(f => preprocessor.FromFile(File.ReadAllBytes(f)))
            .Concat(Enumerable.Range(0, 3).Select(seed => Noise(result.Manifest!.InputShape, seed)));
        foreach (Tensor input in inputs)
        {
            using Tensor _ = input;
            float[] ours = Only(imported, input);
            float[] theirs = Only(expected, input);
            Assert.Equal(Best(theirs), Best(ours));
            for (int i = 0; i < ours.Length; i++) Assert.Equal(theirs[i], ours[i], 1e-5);
        }
    }

    [Fact]
    public void Import_Inception_KnowsItsInputAndRuns()
    {
        ImportResult result = TfliteImporter.Import(File.ReadAllBytes(DevelopmentData.InceptionTflite));
        Assert.Equal((299, 299, new ChannelValues(128), new ChannelValues(128), 1, 1001),
            (result.Manifest!.Width, result.Manifest.Height, result.Manifest.Mean, result.Manifest.Scale, result.Manifest.LabelOffset, result.Outputs));
        Assert.True(result.NormalisationKnown);
        using NetworkSession session = NetworkSession.Create(result.Model, TwoThreads);
        Assert.Equal([1L, 3, 299, 299], session.Inputs[0].Shape.Dimensions);
        using Tensor input = Noise(result.Manifest.InputShape, 1);
        Assert.All(Only(session, input), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Import_Inception_ClassifiesPhotographs()
    {
        string folder = DevelopmentData.Images();
        ImportResult result = TfliteImporter.Import(File.ReadAllBytes(DevelopmentData.InceptionTflite));
        using NetworkSession session = NetworkSession.Create(result.Model, TwoThreads);
        ImagePreprocessor preprocessor = new(result.Manifest!);
        Classifier classifier = new(result.Manifest!);
        LabelledImage[] images = [.. LabelledImages.Load(folder, DevelopmentData.Labels()).Where((_, i) => i % 42 == 0)];
        int right = images.Count(image =>
        {
            using Tensor input = preprocessor.FromFile(File.ReadAllBytes(image.Path));
            return classifier.Top(Only(session, input), 1)[0].Index == image.ClassIndex;
        });
        // 95.5 % of all; of eight, one may be among the others.
        Assert.InRange(right, images.Length - 1, images.Length);
    }

    private static Tensor Noise(TensorShape shape, int seed)
    {
        Random random = new(seed);
        Tensor tensor = Tensor.Rent(ElementType.Float32, shape);
        foreach (ref float v in tensor.Floats) v = (float)((random.NextDouble() * 2) - 1);
        return tensor;
    }

    private static float[] Only(NetworkSession session, Tensor input)
    {
        Tensor[] outputs = session.Run([input]);
        float[] values = outputs[0].Floats.ToArray();
        foreach (Tensor t in outputs) t.Dispose();
        return values;
    }

    private static int Best(float[] values) => Array.IndexOf(values, values.Max());
}
