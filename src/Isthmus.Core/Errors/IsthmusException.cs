namespace Isthmus.Core.Errors;

/// <summary>
/// An error with a cause outside the program. <see cref="Exception.Message"/> is one sentence, fit to be shown to a user, that
/// says what is wrong and the way out.
/// </summary>
public class IsthmusException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="kind">What kind of error this is; decides the exit code.</param>
    /// <param name="message">One sentence: what is wrong, and the way out.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public IsthmusException(ErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
    }

    /// <summary>What kind of error this is.</summary>
    public ErrorKind Kind { get; }
}
