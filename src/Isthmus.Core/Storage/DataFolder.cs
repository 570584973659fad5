namespace Isthmus.Core.Storage;

/// <summary>Where Isthmus keeps its state: models by hash, profiles, imported networks. All of it can be made again.</summary>
public static class DataFolder
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "ISTHMUS_DATA";

    /// <summary>
    /// The folder to use: <paramref name="chosen"/> if given, else the variable <see cref="Variable"/>, else "isthmus" in the
    /// user's local application data. It is not created.
    /// </summary>
    public static string Resolve(string? chosen = null)
    {
        string? folder = !string.IsNullOrWhiteSpace(chosen) ? chosen : Environment.GetEnvironmentVariable(Variable);
        return Path.GetFullPath(!string.IsNullOrWhiteSpace(folder) ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "isthmus"));
    }
}
