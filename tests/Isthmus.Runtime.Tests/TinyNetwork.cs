using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Manifests;
using Isthmus.Runtime.Pipelines;
using Isthmus.Tests.Shared;

namespace Isthmus.Runtime.Tests;

/// <summary>A network of a few layers that classifies pictures (badly, but the same way everywhere), with its cuts.</summary>
internal static class TinyNetwork
{
    public static string Photos { get; } = Path.Combine(DevelopmentData.Repository, "samples", "photos");

    public static string Photo(string name) => Path.Combine(Photos, name);

    public static Network Create(int seed = 1)
    {
        NetworkBuilder b = new(seed: seed);
        string x = b.Image(3, 32);
        x = b.ConvRelu(x, 3, 8, 3, stride: 2);
        x = b.ConvRelu(x, 8, 16, 3, stride: 2);
        string left = b.ConvRelu(x, 16, 8, 1), right = b.ConvRelu(x, 16, 8, 3);
        x = b.Concat(left, right);
        x = b.ConvRelu(x, 16, 24, 3, stride: 2);
        b.Classifier(x, 24, 10);
        OnnxModel model = b.Build("tiny");
        return new(model, new ModelManifest { Width = 32, Height = 32, Mean = new(128), Scale = new(64) });
    }

    public static CutProfile[] Cuts(ModelAnalysis analysis) =>
        [.. analysis.Cuts.Select(c => new CutProfile(c.Id, [.. c.Tensors.Select(t => new CutTensor(t.Name, t.Shape))], c.Bytes, c.MacShare, []))];
}
