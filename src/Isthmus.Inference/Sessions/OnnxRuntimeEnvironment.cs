using Isthmus.Core.Errors;
using Microsoft.ML.OnnxRuntime;

namespace Isthmus.Inference.Sessions;

/// <summary>The one environment that ONNX Runtime has in a process, and how its errors read.</summary>
internal static class OnnxRuntimeEnvironment
{
    // Its errors come back as exceptions; printing them as well would break the promise of one sentence on stderr.
    private static readonly Lazy<OrtEnv> Environment = new(() =>
    {
        OrtEnv environment = OrtEnv.Instance();
        environment.EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        return environment;
    });

    /// <summary>The environment.</summary>
    /// <exception cref="IsthmusException">The native library is missing.</exception>
    public static OrtEnv Get()
    {
        try
        {
            return Environment.Value;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new IsthmusException(ErrorKind.File, "ONNX Runtime's native library is missing or not for this machine; run './isthmus setup', which installs and copies it.", e);
        }
    }

    /// <summary>What ONNX Runtime says, without its error code, on one line and not too long.</summary>
    public static string Reason(Exception error)
    {
        string message = error.Message;
        if (message.StartsWith("[ErrorCode:", StringComparison.Ordinal)) message = message[(message.IndexOf(']') + 1)..];
        message = string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (message.Length > 240) message = message[..240] + "…";
        return message.TrimEnd('.', ' ');
    }
}
