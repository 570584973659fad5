using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Tests.Profiling;

public sealed class CutSelectionTests
{
    [Fact]
    public void Choose_CutAfterPracticallyAllWork_IsLeftOut() =>
        Assert.Equal(["c00", "c01"], CutSelection.Choose([Cut("c00", 900, 0.1), Cut("c01", 400, 0.98), Cut("c02", 8, 0.9996)], 10).Select(c => c.Id));

    private static CutAnalysis Cut(string id, long bytes, double share) =>
        new(new Cut(id, [id], bytes, (long)(share * 10_000), 1, []), [new TensorDescription(id, ElementType.Float32, new TensorShape(bytes / 4))], new(bytes), share);
}
