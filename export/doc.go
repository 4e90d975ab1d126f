// Package export reads a ChatGPT data export, and finds out which pictures in it were generated.
//
// ReadZip reads an export as it was downloaded, ReadFolder one that was unpacked. Both read every file once, in this
// order, and keep neither a picture nor a text:
//
//	the list of files   zips inside the source are opened as its parts (part.go); each name
//	                    is checked (zip.go, folder.go)
//	export_manifest     names the files that must be present (manifest.go)
//	library_files,      show for an id whether its picture was generated or uploaded, and in
//	conversations       which conversation (library.go, conversation.go, message.go)
//	pictures            are recognised by their bytes, hashed, and looked up by the id in
//	                    their names (picture.go)
//
// OpenAI does not document the format. These layouts are known:
//
//	2023  one zip: conversations.json, dalle-generations/file-ID-UUID.webp, and uploads
//	      as file-ID-NAME
//	2025  the same with user-ID/file_ID-UUID.png, and uploads as file_ID-sanitized.EXT
//	2026  export_manifest.json, conversations-000.json and so on, library_files.json, and
//	      all pictures as file_ID.dat
//	      from the privacy portal: a zip with the zips Conversations__*, Files__*
//
// # Generated or uploaded
//
// A picture is Generated if library_files.json has an image_gen_generation_id for it, or if a message of a tool has it
// with a dalle or generation object. It is Uploaded if a message of the user has it, if any message lists it as an
// attachment, or if its name or a message calls it sanitized, as only uploads are. An upload takes precedence over
// everything else, also for other files with the same bytes: a person's own picture that was edited in ChatGPT remains
// their own. All other pictures are Unknown: charts, screenshots of a browser, pictures of conversations that are
// gone. A folder of generated pictures is no evidence without a message.
//
// # Partial exports
//
// A part that is absent, damaged or not understood is a Problem, and so is a suspicious name, or a file beyond a bound
// (limits.go). The reading continues after it, so that the report names all problems, but Report.Complete is false: the
// lost part may be the one with the upload.
//
// The package writes only temporary files, for zips that are compressed inside another zip. It removes their names
// before it writes to them.
package export
